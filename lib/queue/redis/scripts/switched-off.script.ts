import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    how many to pass over, how many to answer
 * Answer  (group and tenant apart by a space, time of the next look) …, the soonest first
 */
export const SWITCHED_OFF = defineScript(
  'switched-off',
  `#!lua flags=no-writes
return redis.call('ZRANGE', KEYS[1] .. 'off', ARGV[1], ARGV[1] + ARGV[2] - 1, 'WITHSCORES')
`,
);
