import { defineScript } from '../../../redis/redis-script.js';
import { ROUTES_LIBRARY } from './routes-library.js';

/**
 * Keeps routes live for a time.
 *
 * KEYS[1] prefix
 * ARGV    ms, route …
 * Answer  per route: since when it is live
 */
export const KEEP_ROUTES = defineScript(
  'keep-routes',
  `#!lua flags=allow-oom
${ROUTES_LIBRARY}
local deadline = int(now + ARGV[1])
local answers = {}
for i = 2, #ARGV do
  if call('ZADD', routes, deadline, ARGV[i]) == 1 then call('HDEL', since, ARGV[i]) end
  -- Also when only that was lost.
  call('HSETNX', since, ARGV[i], int(micros))
  answers[i - 1] = call('HGET', since, ARGV[i])
end
saveRevision()
return answers
`,
);
