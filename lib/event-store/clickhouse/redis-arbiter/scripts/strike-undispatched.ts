import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Strikes what was dispatched. A range at an end of what is noted shortens it; any other one changes nothing, since what
 * lies between would be forgotten.
 *
 * KEYS: [1] undispatched, [2] ranges of undispatched.
 * ARGV: field, first and last dispatched sequence of each stream.
 */
export const STRIKE_UNDISPATCHED = defineScript(
  'strike-undispatched',
  `
for i = 1, #ARGV, 3 do
  local field, first, last = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local from, to = string.match(redis.call('HGET', KEYS[2], field) or '', '^(%d+):(%d+)$')
  if from then
    from, to = tonumber(from), tonumber(to)
    if first <= from then from = math.max(from, last + 1) end
    if last >= to then to = math.min(to, first - 1) end
    if from > to then
      redis.call('ZREM', KEYS[1], field)
      redis.call('HDEL', KEYS[2], field)
    else
      redis.call('HSET', KEYS[2], field, string.format('%.0f:%.0f', from, to))
    end
  end
end
return 1`,
);
