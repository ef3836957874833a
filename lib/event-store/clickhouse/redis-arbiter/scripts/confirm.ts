import { IN_PARTS } from '../../../../redis/in-parts.js';
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
  `${IN_PARTS}
local fields, open, confirmed = {}, {}, {}
for i = 2, #KEYS do fields[i - 1] = ARGV[3 * i - 3] end
inParts(fields, function(...)
  for _, text in ipairs(redis.call('HMGET', KEYS[1], ...)) do open[#open + 1] = text end
end)
for i = 2, #KEYS do
  local key, field, id, last = KEYS[i], fields[i - 1], ARGV[3 * i - 2], ARGV[3 * i - 1]
  local reservation = open[i - 1] and cjson.decode(open[i - 1])
  if reservation and reservation.id == id and reservation.last == last then
    confirmed[#confirmed + 1] = field
    local known = redis.call('HMGET', key, 'head', 'keys')
    local count = tonumber(known[2] or 0) + #reservation.keys
    if not known[1] then
      redis.call('DEL', key)
    elseif count > tonumber(ARGV[2]) then
      redis.call('DEL', key)
      redis.call('HSET', key, 'head', last, 'recordedAt', reservation.recordedAt, 'forgotten', last, 'keys', 0)
      redis.call('PEXPIRE', key, ARGV[1])
    else
      local changes = { 'head', last, 'recordedAt', reservation.recordedAt, 'keys', count }
      for _, appendKey in ipairs(reservation.keys) do
        changes[#changes + 1] = 'k:' .. appendKey
        changes[#changes + 1] = 1
      end
      inParts(changes, function(...) redis.call('HSET', key, ...) end)
      redis.call('PEXPIRE', key, ARGV[1])
    end
  end
end
inParts(confirmed, function(...) redis.call('HDEL', KEYS[1], ...) end)
return #confirmed`,
);
