/** Lua: how entries come into lanes, and out of them as dead letters. `encodeEntry` says what they look like. */
export const ENTRY_LIBRARY = String.raw`
local MERGED_FROM = 1000
local RANGE_HEADER = '^([FMRIPS])(%d+) (%d+) ([^\n]*)\n'
local maxTenantBytes = math.huge

-- Whether a range ends with its header, and is to be read from the log.
local function isFromLog(entry)
  return string.byte(entry, -1) == 10 and string.find(entry, RANGE_HEADER) ~= nil
end

-- Two entries for one aggregate as one: where both are to be read from the log and overlap; in a long lane, all ranges
-- of events. It begins where the first of the two begins and ends where the last one ends. Nil where they stay two.
local function merged(one, other, ofLongLane)
  local kind, from, to, aggregate = string.match(one, RANGE_HEADER)
  local otherKind, otherFrom, otherTo, otherAggregate = string.match(other, RANGE_HEADER)
  if not kind or kind ~= otherKind or aggregate ~= otherAggregate then return nil end
  from, to, otherFrom, otherTo = tonumber(from), tonumber(to), tonumber(otherFrom), tonumber(otherTo)
  local overlap = isFromLog(one) and isFromLog(other) and from <= otherTo and otherFrom <= to
  if not overlap and (kind == 'P' or not ofLongLane) then return nil end
  return kind .. int(math.min(from, otherFrom)) .. ' ' .. int(math.max(to, otherTo)) .. ' ' .. aggregate .. '\n'
end

-- By tenant: bytes of its jobs as the counters have them, asked for once, and how much they have grown in this script.
local occupied, grown = {}, {}

-- Beyond its bound of memory a tenant's events are left in the log: those of E, F, I, M, P, R and S.
local function fitted(place, entry, pending)
  local kind = string.byte(entry)
  if not string.find('EFIMPRS', string.char(kind), 1, true) or maxTenantBytes == math.huge then return entry end
  local tenant = place.tenant
  if not occupied[tenant] then occupied[tenant] = tonumber(call('HGET', prefix .. 'count:tenant', tenant .. ' bytes') or 0) end
  if occupied[tenant] + (grown[tenant] or 0) + pending + #entry <= maxTenantBytes then return entry end
  return string.match(entry, '^[^\n]*\n')
end

-- How many entries at the head of a lane are handed out, or were.
local function handedOut(lane)
  local _, leased = leaseOf(lane)
  return math.max(leased, readTries(lane).delivered)
end

-- Takes the new entries of a lane back and adds them again one by one, merging those that can be.
local function mergeTail(lane, before, entries)
  if before == 0 then call('DEL', lane.key) else call('LTRIM', lane.key, 0, before - 1) end
  -- What was handed out stays as it is.
  local last = before > handedOut(lane) and call('LINDEX', lane.key, -1)
  local kept, bytes, size = {}, 0, before
  for _, entry in ipairs(entries) do
    local both = last and merged(last, entry, size >= MERGED_FROM)
    if both then
      if #kept == 0 then call('LSET', lane.key, -1, both) else kept[#kept] = both end
      bytes = bytes + #both - #last
      last = both
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
  if lane.state == 'p' then count(lane.place, 'parkedJobs', jobs) else countUnparked(lane.place, jobs) end
  if jobs < 0 then passBarriers(lane, -jobs) end
end

local function push(lane, entries)
  local bytes, fromLog = 0, false
  for i, entry in ipairs(entries) do
    entry = fitted(lane.place, entry, bytes)
    entries[i] = entry
    bytes = bytes + #entry
    fromLog = fromLog or isFromLog(entry)
  end
  local size = pcall('RPUSH', lane.key, unpack(entries))
  if type(size) == 'table' then return size.err end
  local added = #entries
  if size > MERGED_FROM or fromLog and size > 1 then added, bytes = mergeTail(lane, size - added, entries) end
  counted(lane, added, bytes)
  if not lane.state then makeReady(lane) end
end

-- Lets a parked lane go, whose state the caller says next. Answers its jobs.
local function unpark(lane)
  local size = pcall('LLEN', lane.key)
  local jobs = type(size) == 'number' and size or 0
  count(lane.place, 'parkedLanes', -1)
  count(lane.place, 'parkedJobs', -jobs)
  countUnparked(lane.place, jobs)
  setState(lane, false)
  return jobs
end

local function fromLogField(lane, entry)
  local _, _, _, aggregate = string.match(entry, RANGE_HEADER)
  return lane.name .. ' ' .. aggregate
end

-- Keeps an entry as a dead letter, or merges it with the one for that aggregate which is to be read from the log, too.
local function keepDead(lane, entry, ...)
  local field = isFromLog(entry) and fromLogField(lane, entry)
  local before = field and call('HGET', prefix .. 'dead-from-log', field)
  local letter = before and call('HGET', prefix .. 'dead:' .. before, 'entry')
  local both = letter and merged(letter, entry)
  if both then
    call('HSET', prefix .. 'dead:' .. before, 'entry', both, ...)
    return
  end
  local id = int(call('INCR', prefix .. 'last-dead'))
  call('HSET', prefix .. 'dead:' .. id, 'lane', lane.name, 'entry', entry, 'at', int(now), ...)
  call('ZADD', prefix .. 'dead-letters:' .. lane.place.group, id, id)
  if field then call('HSET', prefix .. 'dead-from-log', field, id) end
  count(lane.place, 'deadLetters', 1)
end

local function dropDead(id, lane, entry)
  call('DEL', prefix .. 'dead:' .. id)
  call('ZREM', prefix .. 'dead-letters:' .. lane.place.group, id)
  local field = isFromLog(entry) and fromLogField(lane, entry)
  if field and call('HGET', prefix .. 'dead-from-log', field) == id then call('HDEL', prefix .. 'dead-from-log', field) end
  count(lane.place, 'deadLetters', -1)
end

-- Makes the head a dead letter.
local function putAside(lane, tries, reason)
  local entry = call('LPOP', lane.key)
  if not entry then return end
  counted(lane, -1, -#entry)
  local errors = call('LRANGE', prefix .. 'errors:' .. lane.name, 0, -1)
  keepDead(lane, entry, 'attempts', int(tries.failures), 'errors', '[' .. table.concat(errors, ',') .. ']', 'reason', reason)
  tries.failures, tries.outages = 0, 0
  tries.delivered = math.max(tries.delivered - 1, 0)
end
`;
