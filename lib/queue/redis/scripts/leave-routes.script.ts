import { defineScript } from '../../../redis/redis-script.js';
import { ROUTES_LIBRARY } from './routes-library.js';

/**
 * Lets routes go after a time, unless somebody else keeps them.
 *
 * KEYS[1] prefix
 * ARGV    ms, route …
 */
export const LEAVE_ROUTES = defineScript(
  'leave-routes',
  `#!lua flags=allow-oom
${ROUTES_LIBRARY}
for i = 2, #ARGV do call('ZADD', routes, 'XX', 'LT', int(now + ARGV[1]), ARGV[i]) end
saveRevision()
`,
);
