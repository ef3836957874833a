import { defineScript } from '../../../redis/redis-script.js';

/**
 * Notes that routes were compared with the log, unless they have become uncompared once more meanwhile.
 *
 * KEYS[1] prefix
 * ARGV    (route, since when it was uncompared when the comparison began) …
 */
export const COMPARED_ROUTES = defineScript(
  'compared-routes',
  `#!lua flags=allow-oom
local uncompared = KEYS[1] .. 'routes-uncompared'
for i = 1, #ARGV, 2 do
  if redis.call('HGET', uncompared, ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', uncompared, ARGV[i]) end
end
`,
);
