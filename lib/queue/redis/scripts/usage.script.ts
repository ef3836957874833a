import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    tenant | group
 * Answer  the counters by field, the leased lanes, and the groups that have ready lanes
 */
export const USAGE = defineScript(
  'usage',
  `#!lua flags=no-writes
local prefix = KEYS[1]
return {
  redis.call('HGETALL', prefix .. 'count:' .. ARGV[1]),
  redis.call('ZRANGE', prefix .. 'lease', 0, -1),
  redis.call('SUNION', prefix .. 'active', prefix .. 'suspected'),
}
`,
);
