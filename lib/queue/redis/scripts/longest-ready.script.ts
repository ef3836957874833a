import { defineScript } from '../../../redis/redis-script.js';

/**
 * For how long lanes of a group have been ready: of each tenant the first one, behind which all others have come later,
 * and each lane whose worker died.
 *
 * KEYS[1] prefix
 * ARGV    group, how many tenants and suspects to pass over, how many to look at
 * Answer  (tenant, ms) …; 1 when there are no more
 */
export const LONGEST_READY = defineScript(
  'longest-ready',
  `#!lua flags=no-writes
local call, prefix, group, from = redis.call, KEYS[1], ARGV[1], tonumber(ARGV[2])
local to = from + ARGV[3] - 1
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local tenants = call('LRANGE', prefix .. 'ring:' .. group, from, to)
local names = call('LRANGE', prefix .. 'suspects:' .. group, from, to)
local isLast = #tenants <= to - from and #names <= to - from
for _, tenant in ipairs(tenants) do
  names[#names + 1] = call('LINDEX', prefix .. 'ready:' .. group .. ':' .. tenant, 0)
end
local found = {}
if #names > 0 then
  for i, state in ipairs(call('HMGET', prefix .. 'state', unpack(names))) do
    found[#found + 1] = string.match(names[i], '^[^:]*')
    found[#found + 1] = math.max(0, now - string.match(state, '%d+'))
  end
end
return { found, isLast and 1 or 0 }
`,
);
