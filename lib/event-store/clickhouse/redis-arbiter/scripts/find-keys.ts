import { IN_PARTS } from '../../../../redis/in-parts.js';
import { INCARNATION } from '../../../../redis/incarnation.js';
import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Which keys of some streams the log may know.
 *
 * KEYS: [1] epoch, [2] open reservations, [3…] one stream each.
 * ARGV: [1] epoch; then per stream its field, how many keys, and the keys.
 *
 * Answers per stream a text with 0 or 1 for each key, or an empty one when only the log can tell.
 */
export const FIND_KEYS = defineScript(
  'find-keys',
  `${INCARNATION}${IN_PARTS}
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'incarnation')
local isLost = stored[1] ~= ARGV[1] or stored[2] ~= incarnation()
local streams, fields, opens, at = {}, {}, {}, 2
for i = 3, #KEYS do
  local stream = { key = KEYS[i], from = at + 2, n = tonumber(ARGV[at + 1]) }
  streams[#streams + 1] = stream
  fields[#fields + 1] = ARGV[at]
  at = at + 2 + stream.n
end
inParts(fields, function(...)
  for _, open in ipairs(redis.call('HMGET', KEYS[2], ...)) do opens[#opens + 1] = open end
end)
local answers = {}
for i, stream in ipairs(streams) do
  local names, found = { 'forgotten' }, {}
  for k = 1, stream.n do names[k + 1] = 'k:' .. ARGV[stream.from + k - 1] end
  if not isLost and not opens[i] then
    inParts(names, function(...)
      for _, value in ipairs(redis.call('HMGET', stream.key, ...)) do found[#found + 1] = value end
    end)
  end
  local text = ''
  if found[1] == '0' then
    for k = 1, stream.n do text = text .. (found[k + 1] and '1' or '0') end
  end
  answers[i] = text
end
return answers`,
);
