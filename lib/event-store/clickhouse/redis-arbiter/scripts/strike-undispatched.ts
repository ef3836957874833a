import { IN_PARTS } from '../../../../redis/in-parts.js';
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
  `${IN_PARTS}
local fields, ranges, struck, changed = {}, {}, {}, {}
for i = 1, #ARGV, 3 do fields[#fields + 1] = ARGV[i] end
inParts(fields, function(...)
  for _, range in ipairs(redis.call('HMGET', KEYS[2], ...)) do ranges[#ranges + 1] = range end
end)
-- A stream may stand in a call several times.
local left = {}
for i, field in ipairs(fields) do
  local range = left[field]
  if range == nil then
    local from, to = string.match(ranges[i] or '', '^(%d+):(%d+)$')
    range = from and { from = tonumber(from), to = tonumber(to) } or false
    left[field] = range
  end
  local first, last = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  if range and range.from <= range.to then
    if first <= range.from then range.from = math.max(range.from, last + 1) end
    if last >= range.to then range.to = math.min(range.to, first - 1) end
    range.isChanged = true
  end
end
for field, range in pairs(left) do
  if range and range.isChanged then
    if range.from > range.to then
      struck[#struck + 1] = field
    else
      changed[#changed + 1] = field
      changed[#changed + 1] = string.format('%.0f:%.0f', range.from, range.to)
    end
  end
end
inParts(struck, function(...)
  redis.call('ZREM', KEYS[1], ...)
  redis.call('HDEL', KEYS[2], ...)
end)
inParts(changed, function(...) redis.call('HSET', KEYS[2], ...) end)
return 1`,
);
