import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Closes reservations of which certainly nothing is in the log, nor will be: heads stay. Fenced as `confirm` is.
 *
 * KEYS: [1] open reservations, [2] undispatched, [3] ranges of undispatched.
 * ARGV: field, reservation id, last sequence of each stream.
 *
 * Answers how many were closed.
 */
export const RELEASE = defineScript(
  'release',
  `
local closed = 0
for i = 1, #ARGV, 3 do
  local field, id, last = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local open = redis.call('HGET', KEYS[1], field)
  local reservation = open and cjson.decode(open)
  if reservation and reservation.id == id and reservation.last == last then
    redis.call('HDEL', KEYS[1], field)
    closed = closed + 1
    local head = tonumber(reservation.first) - 1
    local from = string.match(redis.call('HGET', KEYS[3], field) or '', '^%d+')
    if from and tonumber(from) > head then
      redis.call('ZREM', KEYS[2], field)
      redis.call('HDEL', KEYS[3], field)
    elseif from then
      redis.call('HSET', KEYS[3], field, from .. ':' .. string.format('%.0f', head))
    end
  end
end
return closed`,
);
