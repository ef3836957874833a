import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    tenant | group
 * Answer  the counters by field, and the leased lanes
 */
export const USAGE = defineScript(
  'usage',
  `#!lua flags=no-writes
return { redis.call('HGETALL', KEYS[1] .. 'count:' .. ARGV[1]), redis.call('ZRANGE', KEYS[1] .. 'lease', 0, -1) }
`,
);
