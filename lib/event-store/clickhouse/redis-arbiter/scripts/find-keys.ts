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
  `${INCARNATION}
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'incarnation')
local isLost = stored[1] ~= ARGV[1] or stored[2] ~= incarnation()
local answers, at = {}, 2
for i = 3, #KEYS do
  local n, found = tonumber(ARGV[at + 1]), {}
  local isKnown = not isLost and redis.call('HEXISTS', KEYS[2], ARGV[at]) == 0
  if isKnown and redis.call('HGET', KEYS[i], 'forgotten') == '0' then
    for k = 1, n do found[k] = redis.call('HEXISTS', KEYS[i], 'k:' .. ARGV[at + 1 + k]) end
  end
  answers[#answers + 1] = table.concat(found)
  at = at + 2 + n
end
return answers`,
);
