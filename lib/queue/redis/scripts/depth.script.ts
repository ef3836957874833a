import { defineScript } from '../../../redis/redis-script.js';

/**
 * How full the queue is.
 *
 * KEYS[1] prefix
 * Answer  jobs, parked jobs, delayed jobs, leased lanes, parked lanes, dead letters
 */
export const DEPTH = defineScript(
  'depth',
  `#!lua flags=no-writes
local counts = redis.call('HMGET', KEYS[1] .. 'count', 'jobs', 'parkedJobs', 'delayedJobs', 'parkedLanes', 'deadLetters')
local function number(text) return tonumber(text or 0) end
return {
  number(counts[1]), number(counts[2]), number(counts[3]), redis.call('ZCARD', KEYS[1] .. 'lease'), number(counts[4]),
  number(counts[5]),
}
`,
);
