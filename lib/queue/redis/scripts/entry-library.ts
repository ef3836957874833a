/** Lua: how entries come into lanes, and out of them as dead letters. `encodeEntry` says what they look like. */
export const ENTRY_LIBRARY = String.raw`
local MERGED_FROM = 1000
local RANGE_HEADER = '^([FMR])(%d+) (%d+) ([^\n]*)\n'
local maxTenantBytes = math.huge

-- By tenant: bytes of its jobs as the counters have them, asked for once, and how much they have grown in this script.
local occupied, grown = {}, {}

-- Beyond its bound of memory a tenant's events are left in the log: those of E, F, M, P and R.
local function fitted(place, entry, pending)
  local kind = string.byte(entry)
  if kind ~= 69 and kind ~= 70 and kind ~= 77 and kind ~= 80 and kind ~= 82 or maxTenantBytes == math.huge then return entry end
  local tenant = place.tenant
  if not occupied[tenant] then occupied[tenant] = tonumber(call('HGET', prefix .. 'count:tenant', tenant .. ' bytes') or 0) end
  if occupied[tenant] + (grown[tenant] or 0) + pending + #entry <= maxTenantBytes then return entry end
  return string.match(entry, '^[^\n]*\n')
end

-- Takes the new entries of a long lane back and adds them again one by one, merging ranges of one aggregate.
local function mergeTail(lane, before, entries)
  if before == 0 then call('DEL', lane.key) else call('LTRIM', lane.key, 0, before - 1) end
  -- The last one is never handed out: a batch is shorter than a lane from which on ranges merge.
  local last = before > 0 and call('LINDEX', lane.key, -1)
  local kept, bytes, size = {}, 0, before
  for _, entry in ipairs(entries) do
    local kind, from, to, aggregate = string.match(entry, RANGE_HEADER)
    local lastKind, lastFrom, lastTo, lastAggregate
    if last and kind and size >= MERGED_FROM then
      lastKind, lastFrom, lastTo, lastAggregate = string.match(last, RANGE_HEADER)
    end
    if lastKind and lastKind == kind and lastAggregate == aggregate then
      local merged = kind .. int(math.min(from, lastFrom)) .. ' ' .. int(math.max(to, lastTo)) .. ' ' .. aggregate .. '\n'
      if #kept == 0 then call('LSET', lane.key, -1, merged) else kept[#kept] = merged end
      bytes = bytes + #merged - #last
      last = merged
    else
      kept[#kept + 1] = entry
      bytes = bytes + #entry
      size = size + 1
      last = entry
    end
  end
  if #kept > 0 then call('RPUSH', lane.key, unpack(kept)) end
  return #kept, bytes
end

local function counted(lane, jobs, bytes)
  count(lane.place, 'jobs', jobs)
  count(lane.place, 'bytes', bytes)
  local tenant = lane.place.tenant
  grown[tenant] = (grown[tenant] or 0) + bytes
  if lane.state == 'p' then count(lane.place, 'parkedJobs', jobs) end
  if jobs < 0 then passBarriers(lane, -jobs) end
end

local function push(lane, entries)
  local bytes = 0
  for i, entry in ipairs(entries) do
    entry = fitted(lane.place, entry, bytes)
    entries[i] = entry
    bytes = bytes + #entry
  end
  local size = pcall('RPUSH', lane.key, unpack(entries))
  if type(size) == 'table' then return size.err end
  local added = #entries
  if size > MERGED_FROM then added, bytes = mergeTail(lane, size - added, entries) end
  counted(lane, added, bytes)
  if not lane.state then makeReady(lane) end
end

-- Lets a parked lane go, whose state the caller says next. Answers its jobs.
local function unpark(lane)
  local size = pcall('LLEN', lane.key)
  local jobs = type(size) == 'number' and size or 0
  count(lane.place, 'parkedLanes', -1)
  count(lane.place, 'parkedJobs', -jobs)
  setState(lane, false)
  return jobs
end

-- Makes the head a dead letter.
local function putAside(lane, tries, reason)
  local entry = call('LPOP', lane.key)
  if not entry then return end
  counted(lane, -1, -#entry)
  count(lane.place, 'deadLetters', 1)
  local id = int(call('INCR', prefix .. 'last-dead'))
  local errors = call('LRANGE', prefix .. 'errors:' .. lane.name, 0, -1)
  call('HSET', prefix .. 'dead:' .. id, 'lane', lane.name, 'entry', entry, 'attempts', int(tries.failures),
    'at', int(now), 'errors', '[' .. table.concat(errors, ',') .. ']', 'reason', reason)
  call('ZADD', prefix .. 'dead-letters:' .. lane.place.group, id, id)
  tries.failures, tries.outages = 0, 0
  tries.delivered = math.max(tries.delivered - 1, 0)
end
`;
