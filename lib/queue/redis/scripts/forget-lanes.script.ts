import { defineScript } from '../../../redis/redis-script.js';
import { DETACH_LIBRARY } from './detach-library.js';
import { LANE_LIBRARY } from './lane-library.js';

/**
 * Marks a tenant as being forgotten, takes back what is ready of it, and makes ready what waits: so that calls from
 * cursor to cursor, in rounds until one finds nothing, take back everything. What is leased stays until it ends, or its
 * lease does.
 *
 * KEYS[1] prefix
 * ARGV    tenant, name of the whole call, how long the mark lasts in ms, cursor in the states, from 0
 * Answer  jobs taken back, lanes of the tenant that were found, the next cursor or 0 at the end of a round
 *
 * It runs also when memory is short: it frees some.
 */
export const FORGET_LANES = defineScript(
  'forget-lanes',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
${DETACH_LIBRARY}
local SLICE, MAX_ENTRIES, MAX_BYTES, MAX_LANES, MAX_STATES = 32, 1000, 1048576, 500, 500
local tenant, marks = ARGV[1], prefix .. 'forgetting'
call('ZREMRANGEBYSCORE', marks, '-inf', '(' .. int(now))
call('ZADD', marks, int(now + ARGV[3]), tenant .. ' ' .. ARGV[2])
local jobs, bytes, found = 0, 0, 0

local function isSpent() return jobs >= MAX_ENTRIES or bytes >= MAX_BYTES or found >= MAX_LANES end

-- Removes entries from the head; false when some are left for the next call.
local function empty(lane)
  while not isSpent() do
    local slice = pcall('LPOP', lane.key, SLICE)
    -- What others wrote there stays.
    if not slice or slice.err then return true end
    local size = 0
    for _, entry in ipairs(slice) do size = size + #entry end
    counted(lane, -#slice, -size)
    jobs, bytes = jobs + #slice, bytes + size
  end
  return call('EXISTS', lane.key) == 0
end

local function forgetReady(group)
  local queue = prefix .. 'ready:' .. group .. ':' .. tenant
  local name = call('LINDEX', queue, 0)
  if not name then return end
  while name and not isSpent() do
    found = found + 1
    local lane = laneOf(name)
    if empty(lane) then
      call('LPOP', queue)
      local tries = triesOf(lane)
      tries.failures, tries.outages, tries.limit, tries.delivered, tries.suspicion = 0, 0, 0, 0, 0
      lane.failed = true
      setState(lane, false)
    end
    name = call('LINDEX', queue, 0)
  end
  if not name then leaveRing(group, tenant) end
end

local function prepare(lane)
  local state = letter(lane.state)
  if state == 'r' or state == 'l' and tonumber(call('ZSCORE', prefix .. 'lease', lane.name)) > now then return end
  detach(lane)
  makeReady(lane)
end

for _, group in ipairs(call('SMEMBERS', prefix .. 'active')) do forgetReady(group) end
local cursor = ARGV[4]
if not isSpent() then
  local page = call('HSCAN', prefix .. 'state', cursor, 'COUNT', MAX_STATES)
  cursor = page[1]
  for i = 1, #page[2], 2 do
    local name = page[2][i]
    if string.sub(name, 1, #tenant + 1) == tenant .. ':' and laneOf(name).state then
      found = found + 1
      prepare(lanes[name])
    end
  end
end
saveStates()
saveReady()
saveCounts()
return { jobs, found, cursor }
`,
);
