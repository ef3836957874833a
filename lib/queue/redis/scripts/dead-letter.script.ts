import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    id
 * Answer  id, lane, entry, attempts, put aside at, errors as a JSON array, reason or ''; empty when there is none
 */
export const DEAD_LETTER = defineScript(
  'dead-letter',
  `#!lua flags=no-writes
local dead = redis.call('HMGET', KEYS[1] .. 'dead:' .. ARGV[1], 'lane', 'entry', 'attempts', 'at', 'errors', 'reason')
if not dead[1] then return {} end
return { ARGV[1], unpack(dead) }
`,
);
