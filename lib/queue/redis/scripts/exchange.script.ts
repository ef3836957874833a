import { defineScript } from '../../../redis/redis-script.js';
import { LANE_LIBRARY } from './lane-library.js';

/**
 * One turn of a worker: ends the batches that it finished, prolongs its leases, promotes what is due, takes back what
 * dead workers held, and leases the next lanes.
 *
 * KEYS[1] prefix
 * ARGV    maxTenantBytes, leaseMs, most entries, most bytes, whether it may have a suspect (0 or 1),
 *         commands wanted, of one tenant at most, others wanted, of one tenant at most;
 *         n, (group to wake) …;
 *         n, (lane, token) … to prolong;
 *         n, (c or o for command or other, tenant, lanes it runs now) …;
 *         n, (group that it knows, most entries of a batch) …;
 *         n, per batch to end: lane, token, completed, step, delayMs, failures, outages, limit of the next batch or 0,
 *         error as JSON or '', lanes; per lane: lane, entries, entry …
 *         Steps: settle, wait, park, dead-letter (the head is put aside).
 * Answer  ms until something is due or -1; 1 when it stopped at a bound of its own; 1 when a tenant had its
 *         share; lanes whose lease is lost; and per leased lane: lane, token, failures, outages, 1 when handed out
 *         before, 1 for a suspect, entry …
 *
 * Leases change before any of them is taken back, so that a worker which comes late does not lose its own. With
 * `allow-oom` it runs also when memory is short: acknowledging is what frees it.
 */
export const EXCHANGE = defineScript(
  'exchange',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
local SLICE, MAX_DUE, MAX_PASSES, LOST_WORKERS_TO_PARK = 32, 64, 256, 3
maxTenantBytes = tonumber(ARGV[1])
local leaseMs, entriesLeft, bytesLeft = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local mostEntries, maySuspect = entriesLeft, ARGV[5] == '1'
local classes = {
  { letter = 'c', want = tonumber(ARGV[6]), cap = tonumber(ARGV[7]), groups = {} },
  { letter = 'o', want = tonumber(ARGV[8]), cap = tonumber(ARGV[9]), groups = {} },
}
local deadline = int(now + leaseMs)
local at = 10
local function take()
  at = at + 1
  return ARGV[at - 1]
end
local function takeNumber() return tonumber(take()) end

local rewoken, lost, busy, known = {}, {}, {}, {}
for i = 1, takeNumber() do rewoken[i] = take() end
local renewals, names = {}, {}
for i = 1, takeNumber() do
  renewals[i] = { name = take(), token = take() }
  names[#names + 1] = renewals[i].name
end
for _ = 1, takeNumber() do
  local key = take() .. take()
  busy[key] = takeNumber()
end
local knownGroups = {}
for i = 1, takeNumber() do
  knownGroups[i] = take()
  known[knownGroups[i]] = takeNumber()
end
local acks = {}
for i = 1, takeNumber() do
  local ack = {
    name = take(), token = take(), completed = takeNumber(), step = take(), delay = takeNumber(),
    failures = takeNumber(), outages = takeNumber(), limit = takeNumber(), failure = take(), lanes = {},
  }
  names[#names + 1] = ack.name
  for l = 1, takeNumber() do
    local name, n = take(), takeNumber()
    ack.lanes[l] = { name = name, from = at, n = n }
    names[#names + 1] = name
    at = at + n
  end
  acks[i] = ack
end
loadLanes(names)

local function removeHead(lane, completed, entries, bytes)
  if completed == 0 then return end
  if completed < entries then
    bytes = 0
    for _, entry in ipairs(call('LRANGE', lane.key, 0, completed - 1)) do bytes = bytes + #entry end
  end
  call('LTRIM', lane.key, completed, -1)
  counted(lane, -completed, -bytes)
end

local function acknowledge(ack)
  local lane = lanes[ack.name]
  local token, entries, bytes = leaseOf(lane)
  if token ~= ack.token then
    lost[#lost + 1] = ack.name
    return
  end
  local completed = math.min(ack.completed, entries)
  -- What failed is one of the batch, or nothing did.
  local step = completed < entries and ack.step or 'settle'
  removeHead(lane, completed, entries, bytes)
  if completed < entries or readTries(lane).stored then
    local tries = triesOf(lane)
    tries.delivered = math.max(tries.delivered, entries) - completed
    tries.failures, tries.outages, tries.limit, tries.suspicion = ack.failures, ack.outages, ack.limit, 0
    remember(lane, ack.failure)
    if step == 'dead-letter' then putAside(lane, tries, '') end
  end
  if step == 'wait' then
    wait(lane, now + ack.delay)
  elseif step == 'park' then
    park(lane)
  else
    settle(lane)
  end
  for _, staged in ipairs(ack.lanes) do
    add(lanes[staged.name], { unpack(ARGV, staged.from, staged.from + staged.n - 1) })
  end
end

local function renew(one)
  local lane = lanes[one.name]
  if leaseOf(lane) == one.token then
    lane.deadline = deadline
    setState(lane, lane.state)
  else
    lost[#lost + 1] = one.name
  end
end

for _, ack in ipairs(acks) do acknowledge(ack) end
for _, one in ipairs(renewals) do renew(one) end
saveStates()

local function head(key)
  return tonumber(call('ZRANGE', prefix .. key, 0, 0, 'WITHSCORES')[2])
end
local function over(key)
  return call('ZRANGE', prefix .. key, '-inf', int(now), 'BYSCORE', 'LIMIT', 0, MAX_DUE)
end

-- A worker died: which of its lanes was to blame is seen when each runs as the only suspect of a worker.
local function takeBack(lane)
  local _, entries, _, suspect = leaseOf(lane)
  local tries = triesOf(lane)
  tries.delivered = math.max(tries.delivered, entries)
  tries.suspicion = suspect and tries.suspicion + 1 or 1
  if tries.suspicion > LOST_WORKERS_TO_PARK then
    remember(lane, cjson.encode({ error = 'Its workers died while it ran as their only suspect.', at = now }))
    park(lane)
  else
    setState(lane, 's' .. int(now))
    local suspects = lane.place.suspects
    suspects[#suspects + 1] = lane.name
  end
end

local nextDue, nextLease = head('due'), head('lease')
if nextDue and nextDue <= now then
  local names = over('due')
  loadLanes(names)
  for _, name in ipairs(names) do makeReady(lanes[name]) end
end
if nextLease and nextLease <= now then
  local names = over('lease')
  loadLanes(names)
  for _, name in ipairs(names) do takeBack(lanes[name]) end
end
if #touched > 0 then
  saveStates()
  nextDue, nextLease = head('due'), head('lease')
end
saveReady()

local held, anyHeld = {}, false
for _, hold in ipairs(call('SMEMBERS', prefix .. 'holds')) do
  held[hold] = true
  anyHeld = true
end
local function isHeld(tenant, group)
  if isForgotten(tenant) then return true end
  return anyHeld and (held['t ' .. tenant] or held['x ' .. tenant .. ':' .. group])
end
local function classOf(group)
  return string.sub(group, 1, 8) == 'command:' and classes[1] or classes[2]
end

local token = math.max(micros, tonumber(call('GET', prefix .. 'token') or 0) + 1)
local claims = {}

local function due(entry)
  return string.byte(entry) ~= 68 or tonumber(string.match(entry, '^D(%d+)')) <= now
end

-- Reads on from a lane; false when its key holds something else.
local function read(claim, upTo)
  local slice = pcall('LRANGE', claim.key, claim.n, upTo - 1)
  if slice.err then return false end
  for _, entry in ipairs(slice) do
    if claim.n > 0 and (bytesLeft < #entry or entriesLeft <= 0 or not due(entry)) then
      claim.full = true
      break
    end
    claim.n = claim.n + 1
    claim.answer[6 + claim.n] = entry
    claim.bytes = claim.bytes + #entry
    bytesLeft = bytesLeft - #entry
    entriesLeft = entriesLeft - 1
  end
  if claim.n < upTo then claim.full = true end
  return true
end

local function lease(name, group, suspect, place)
  -- What stands in a queue is ready, or was a moment ago in this script.
  local lane = lanes[name] or adopt(name, 'r', place)
  local tries = readTries(lane)
  local most = suspect and 1 or known[group]
  if tries.limit > 0 then most = math.min(most, tries.limit) end
  lane.most, lane.n, lane.bytes, lane.suspect = most, 0, 0, suspect
  lane.answer = { name, false, tries.failures, tries.outages, tries.delivered > 0 and 1 or 0, suspect and 1 or 0 }
  if not read(lane, math.min(most, SLICE)) then
    remember(lane, cjson.encode({ error = 'Its key holds something else than a list.', at = now }))
    setState(lane, 'p')
    count(lane.place, 'parkedLanes', 1)
    return false
  end
  if lane.n == 0 then
    setState(lane, false)
    return false
  end
  claims[#claims + 1] = lane
  return true
end

local exhausted, capped = false, {}
local passes = 0

-- Leases lanes of the tenant whose turn it is; false when the group has none for this worker.
local function turn(class, group, share)
  local ring = prefix .. 'ring:' .. group
  local tenants = call('LLEN', ring)
  for _ = 1, tenants do
    local tenant = call('LPOP', ring)
    local key = class.letter .. tenant
    local room = class.cap - (busy[key] or 0)
    local isCapped = room <= 0
    if isCapped or isHeld(tenant, group) then
      call('RPUSH', ring, tenant)
      passes = passes + 1
      if isCapped then capped[group] = true end
      if passes >= MAX_PASSES then
        exhausted = true
        return false
      end
    else
      local queue = prefix .. 'ready:' .. group .. ':' .. tenant
      -- As many lanes as fit, if they are as long as those before; what does not fit goes back.
      local average = #claims > 0 and (mostEntries - entriesLeft) / #claims or SLICE
      local n = math.floor(math.min(room, class.want, math.max(1, share / tenants), math.max(1, entriesLeft / average)))
      local names = call('LPOP', queue, n) or {}
      local place = names[1] and placeOf(names[1])
      for i, name in ipairs(names) do
        if entriesLeft <= 0 or bytesLeft <= 0 then
          for rest = #names, i, -1 do call('LPUSH', queue, names[rest]) end
          break
        end
        if lease(name, group, false, place) then
          class.want = class.want - 1
          busy[key] = (busy[key] or 0) + 1
        end
      end
      if call('EXISTS', queue) == 1 then call('RPUSH', ring, tenant) end
      return true
    end
  end
  return false
end

local visited, remaining = {}, {}
local function leaseSuspect()
  for _, group in ipairs(call('SMEMBERS', prefix .. 'suspected')) do
    local class = classOf(group)
    if known[group] and not held['g ' .. group] and class.want > 0 then
      local queue = prefix .. 'suspects:' .. group
      for _ = 1, math.min(call('LLEN', queue), MAX_DUE) do
        local name = call('LPOP', queue)
        if isHeld(placeOf(name).tenant, group) then
          call('RPUSH', queue, name)
        else
          local leased = lease(name, group, true)
          if call('EXISTS', queue) == 0 then call('SREM', prefix .. 'suspected', group) else remaining[group] = true end
          if leased then
            class.want = class.want - 1
            return
          end
        end
      end
    end
  end
end

if maySuspect and classes[1].want + classes[2].want > 0 then leaseSuspect() end
if classes[1].want + classes[2].want > 0 then
  local active = call('SMEMBERS', prefix .. 'active')
  for _, group in ipairs(active) do
    if known[group] and not held['g ' .. group] then
      local class = classOf(group)
      class.groups[#class.groups + 1] = group
      visited[group] = class
    end
  end
  for _, class in ipairs(classes) do
    local groups = class.groups
    local i = #groups > 1 and call('INCR', prefix .. 'turns') or 0
    while class.want > 0 and #groups > 0 and entriesLeft > 0 and bytesLeft > 0 and not exhausted do
      local position = i % #groups + 1
      if turn(class, groups[position], class.want / #groups) then i = i + 1 else table.remove(groups, position) end
    end
  end
  for _, claim in ipairs(claims) do
    while not claim.full and claim.n < claim.most and entriesLeft > 0 and bytesLeft > 0 do
      read(claim, math.min(claim.most, claim.n + entriesLeft))
    end
  end
end

local answers = {}
for i, claim in ipairs(claims) do
  token = token + 1
  local id = int(token)
  claim.deadline = deadline
  setState(claim, 'l' .. id .. ' ' .. claim.n .. ' ' .. claim.bytes .. (claim.suspect and 's' or ''))
  claim.answer[2] = id
  answers[i] = claim.answer
end
if #claims > 0 then call('SET', prefix .. 'token', int(token)) end
saveStates()
saveCounts()

local isFull = exhausted or entriesLeft <= 0 or bytesLeft <= 0
for group, class in pairs(visited) do
  if call('EXISTS', prefix .. 'ring:' .. group) == 0 then
    call('SREM', prefix .. 'active', group)
  elseif class.want <= 0 or isFull or capped[group] then
    pushed[group] = true
  else
    pushed[group] = nil
  end
end
for _, group in ipairs(rewoken) do pushed[group] = true end
for group in pairs(remaining) do pushed[group] = true end
-- What this worker leaves is for the next one that waits.
for group in pairs(pushed) do
  if call('EXISTS', prefix .. 'ring:' .. group, prefix .. 'suspects:' .. group) > 0 then wake(group) end
end

local soonest = math.min(nextDue or math.huge, nextLease or math.huge)
local untilDue = soonest == math.huge and -1 or math.max(0, soonest - now)
return { untilDue, isFull and 1 or 0, next(capped) and 1 or 0, lost, answers }
`,
);
