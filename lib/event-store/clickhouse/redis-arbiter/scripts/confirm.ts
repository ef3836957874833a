import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Closes reservations whose events are in the log: heads and keys advance. Fenced by id and last sequence, so that a
 * repeat, or a confirmation that comes late, changes nothing.
 *
 * KEYS: [1] open reservations, [2…] one stream each.
 * ARGV: [1] ms after which an idle stream is forgotten, [2] most keys of one stream, [3…] field, reservation id, last
 * sequence of each stream.
 *
 * Answers how many were closed.
 */
export const CONFIRM = defineScript(
  'confirm',
  `
local closed = 0
for i = 2, #KEYS do
  local key, field, id, last = KEYS[i], ARGV[3 * i - 3], ARGV[3 * i - 2], ARGV[3 * i - 1]
  local open = redis.call('HGET', KEYS[1], field)
  local reservation = open and cjson.decode(open)
  if reservation and reservation.id == id and reservation.last == last then
    redis.call('HDEL', KEYS[1], field)
    closed = closed + 1
    if redis.call('HEXISTS', key, 'head') == 1 then
      local added = {}
      for _, appendKey in ipairs(reservation.keys) do added[#added + 1] = 'k:' .. appendKey end
      local count = redis.call('HINCRBY', key, 'keys', #added)
      redis.call('HSET', key, 'head', last, 'recordedAt', reservation.recordedAt)
      if count > tonumber(ARGV[2]) then
        redis.call('DEL', key)
        redis.call('HSET', key, 'head', last, 'recordedAt', reservation.recordedAt, 'forgotten', last, 'keys', 0)
      else
        for _, name in ipairs(added) do redis.call('HSET', key, name, 1) end
      end
      redis.call('PEXPIRE', key, ARGV[1])
    else
      redis.call('DEL', key)
    end
  end
end
return closed`,
);
