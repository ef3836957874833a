/** Lua: takes lanes back, some in each call. Needs `DETACH_LIBRARY`. */
export const REMOVAL_LIBRARY = String.raw`
local SLICE, MAX_ENTRIES, MAX_BYTES, MAX_LANES, MAX_STATES = 32, 1000, 1048576, 500, 500
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

-- Takes back what is ready of a tenant.
local function emptyReady(group, tenant)
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
  -- It may go on as a failing one, if nobody goes on here.
  readTries(lane)
  detach(lane)
  makeReady(lane)
end

-- Makes ready what waits, of the lanes whose name is meant; the next cursor, or 0 at the end of a round.
local function prepareLanes(cursor, isMeant)
  if isSpent() then return cursor end
  local page = call('HSCAN', prefix .. 'state', cursor, 'COUNT', MAX_STATES)
  for i = 1, #page[2], 2 do
    local name = page[2][i]
    if isMeant(name) and laneOf(name).state then
      found = found + 1
      prepare(lanes[name])
    end
  end
  return page[1]
end
`;
