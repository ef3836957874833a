import { defineScript } from '../../../redis/redis-script.js';

/**
 * Takes a lock that nobody holds. Who holds it already, and lost the answer, gets the same token again.
 *
 * KEYS[1] the lock: `<owner> <token>`, gone when its lease is over
 * KEYS[2] the last token of all locks
 * ARGV    owner, leaseMs
 * Answer  the fencing token, or nothing when another holds the lock
 */
export const ACQUIRE_LOCK = defineScript(
  'acquire-lock',
  `#!lua
local holder = redis.call('GET', KEYS[1])
local token
if holder then
  local owner, held = string.match(holder, '^(%S+) (%d+)$')
  if owner ~= ARGV[1] then return false end
  token = held
else
  local clock = redis.call('TIME')
  local micros = clock[1] * 1000000 + clock[2]
  token = string.format('%.0f', math.max(micros, tonumber(redis.call('GET', KEYS[2]) or 0) + 1))
  redis.call('SET', KEYS[2], token)
end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. token, 'PX', ARGV[2])
return token
`,
);
