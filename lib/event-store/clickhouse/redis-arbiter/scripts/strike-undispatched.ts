import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Strikes what was dispatched. A range that begins after the first event that waits strikes nothing: what lies between
 * would be forgotten. What is left counts as noted now.
 *
 * KEYS: [1] undispatched, [2] ranges of undispatched.
 * ARGV: field, first and last dispatched sequence of each stream.
 */
export const STRIKE_UNDISPATCHED = defineScript(
  'strike-undispatched',
  `
local time = redis.call('TIME')
local nowMs = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
for i = 1, #ARGV, 3 do
  local field, first, last = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local from, to = string.match(redis.call('HGET', KEYS[2], field) or '', '^(%d+):(%d+)$')
  if from and first <= tonumber(from) then
    if last >= tonumber(to) then
      redis.call('ZREM', KEYS[1], field)
      redis.call('HDEL', KEYS[2], field)
    elseif last >= tonumber(from) then
      redis.call('HSET', KEYS[2], field, string.format('%.0f', last + 1) .. ':' .. to)
      redis.call('ZADD', KEYS[1], nowMs, field)
    end
  end
end
return 1`,
);
