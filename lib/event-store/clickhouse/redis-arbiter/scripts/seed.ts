import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Tells what the log said of some streams. A stream takes it only under the ticket that was current when the reading
 * began: while it is, no reservation was open, so the log stood still.
 *
 * KEYS: [1] undispatched, [2] ranges of undispatched, [3…] one stream each.
 * ARGV: [1] ms after which an idle stream is forgotten, [2…] one stream each, as JSON
 * `[field, ticket, head, recordedAt, forgotten, key…]`; of keys up to `forgotten` the list may lack some.
 *
 * Answers how many streams took it.
 */
export const SEED = defineScript(
  'seed',
  `
local seeded = 0
for i = 3, #KEYS do
  local stream = cjson.decode(ARGV[i - 1])
  local key, field, head = KEYS[i], stream[1], stream[3]
  if redis.call('HGET', key, 'ticket') == stream[2] then
    redis.call('DEL', key)
    redis.call('HSET', key, 'head', string.format('%.0f', head), 'recordedAt', string.format('%.0f', stream[4]),
      'forgotten', string.format('%.0f', stream[5]), 'keys', #stream - 5)
    for n = 6, #stream do redis.call('HSET', key, 'k:' .. stream[n], 1) end
    redis.call('PEXPIRE', key, ARGV[1])
    seeded = seeded + 1
    local from, to = string.match(redis.call('HGET', KEYS[2], field) or '', '^(%d+):(%d+)$')
    if from and tonumber(from) > head then
      redis.call('ZREM', KEYS[1], field)
      redis.call('HDEL', KEYS[2], field)
    elseif from and tonumber(to) > head then
      redis.call('HSET', KEYS[2], field, from .. ':' .. string.format('%.0f', head))
    end
  end
end
return seeded`,
);
