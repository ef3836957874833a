import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    how many records
 * Answer  what is held, and what operators did as it stands in the list, the last first
 */
export const RECORDS = defineScript(
  'records',
  `#!lua flags=no-writes
return { redis.call('SMEMBERS', KEYS[1] .. 'holds'), redis.call('LRANGE', KEYS[1] .. 'actions', 0, ARGV[1] - 1) }
`,
);
