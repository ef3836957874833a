/** Lua: leases lanes, tenants in turn. It needs what the worker asked for and `nextDue`, as the exchange reads them. */
export const CLAIM_LIBRARY = String.raw`
local SLICE, MAX_PASSES = 32, 256

local held, anyHeld = {}, false
for _, hold in ipairs(call('SMEMBERS', prefix .. 'holds')) do
  held[hold] = true
  anyHeld = true
end
local function isGroupHeld(group)
  return anyHeld and (held['g ' .. group] or held['p ' .. pipelines[group]])
end
local anyOff = call('EXISTS', prefix .. 'off') == 1
local function isOff(tenant, group)
  return anyOff and tonumber(call('ZSCORE', prefix .. 'off', group .. ' ' .. tenant) or 0) > now
end
local function isHeld(tenant, group)
  if isForgotten(tenant) or isOff(tenant, group) then return true end
  return anyHeld
    and (held['t ' .. tenant] or held['x ' .. tenant .. ':' .. group] or held['y ' .. tenant .. ':' .. pipelines[group]])
end
local function classOf(group)
  return holdsCommands(group) and classes[1] or classes[2]
end

local lastToken, named = unpack(call('MGET', prefix .. 'token', prefix .. 'named'))
local token = math.max(micros, tonumber(lastToken or 0) + 1)
local claims = {}

-- Reads on from a lane; false when its key holds something else.
local function read(claim, upTo)
  local slice = pcall('LRANGE', claim.key, claim.n, upTo - 1)
  if slice.err then return false end
  for _, entry in ipairs(slice) do
    if string.byte(entry) == 68 then
      local due = dueOf(entry)
      if due > now then
        claim.full, claim.notBefore = true, due
        break
      end
      claim.quietMs = math.max(claim.quietMs, throttledMs(entry))
    end
    if claim.n > 0 and (bytesLeft < #entry or entriesLeft <= 0) then
      claim.full = true
      break
    end
    claim.n = claim.n + 1
    claim.answer[3 + claim.n] = entry
    claim.bytes = claim.bytes + #entry
    bytesLeft = bytesLeft - #entry
    entriesLeft = entriesLeft - 1
  end
  if claim.n < upTo then claim.full = true end
  return true
end

-- What most lanes have none of.
local function history(tries, suspect)
  if tries == NO_TRIES and not suspect then return '' end
  return int(tries.failures) .. ' ' .. int(tries.outages) .. (tries.delivered > 0 and ' 1' or ' 0') .. (suspect and ' 1' or ' 0')
end

local function lease(name, group, suspect, place)
  -- What stands in a queue is ready, or was a moment ago in this script.
  local lane = lanes[name] or adopt(name, 'r', place)
  local tries = readTries(lane)
  local most = suspect and 1 or known[group]
  if tries.limit > 0 then most = math.min(most, tries.limit) end
  lane.most, lane.n, lane.bytes, lane.suspect, lane.quietMs = most, 0, 0, suspect, 0
  lane.answer = { name, false, history(tries, suspect) }
  if not read(lane, math.min(most, SLICE)) then
    remember(lane, cjson.encode({ error = 'Its key holds something else than a list.', at = now }))
    setState(lane, 'p')
    count(lane.place, 'parkedLanes', 1)
    return false
  end
  if lane.n == 0 then
    -- A head that took the place of another may have its time yet to come.
    if lane.notBefore then
      wait(lane, lane.notBefore)
      nextDue = math.min(nextDue or math.huge, lane.notBefore)
    else
      setState(lane, false)
    end
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
    if known[group] and not isGroupHeld(group) and class.want > 0 then
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

-- For the figures by pipeline; said again when another worker said something else, or the server forgot it.
local function namePipelines()
  if named == fingerprint then return end
  local fields = {}
  for group, pipeline in pairs(pipelines) do
    if pipeline ~= '' then
      fields[#fields + 1] = group
      fields[#fields + 1] = pipeline
    end
  end
  if #fields > 0 then call('HSET', prefix .. 'pipelines', unpack(fields)) end
  call('SET', prefix .. 'named', fingerprint)
end

local function claimLanes()
  if maySuspect and classes[1].want + classes[2].want > 0 then leaseSuspect() end
  if classes[1].want + classes[2].want > 0 then
    namePipelines()
    local active = call('SMEMBERS', prefix .. 'active')
    for _, group in ipairs(active) do
      if known[group] and not isGroupHeld(group) then
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
end
`;
