import { defineScript } from '../../../redis/redis-script.js';
import { ROUTES_LIBRARY } from './routes-library.js';

/**
 * Keeps routes live for a time. One that was not live is uncompared from now on: what was staged until now, it was not
 * staged for.
 *
 * KEYS[1] prefix
 * ARGV    ms, route …
 * Answer  per route: since when it is uncompared, or ''
 */
export const KEEP_ROUTES = defineScript(
  'keep-routes',
  `#!lua flags=allow-oom
${ROUTES_LIBRARY}
local deadline = int(now + ARGV[1])
local answers = {}
for i = 2, #ARGV do
  if call('ZADD', routes, deadline, ARGV[i]) == 1 then call('HSET', uncompared, ARGV[i], int(micros)) end
  answers[i - 1] = call('HGET', uncompared, ARGV[i]) or ''
end
saveRevision()
return answers
`,
);
