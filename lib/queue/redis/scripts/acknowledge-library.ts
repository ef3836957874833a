/**
 * Lua: ends the batches of a worker and prolongs its leases. It needs `lost`, `deadline` and `NOTHING` of the exchange.
 */
export const ACKNOWLEDGE_LIBRARY = String.raw`
local function removeHead(lane, completed, entries, bytes)
  if completed == 0 then return end
  if completed < entries then
    bytes = 0
    for _, entry in ipairs(call('LRANGE', lane.key, 0, completed - 1)) do bytes = bytes + #entry end
  end
  call('LTRIM', lane.key, completed, -1)
  counted(lane, -completed, -bytes)
end

-- As if it had not been leased, but for the time since which it is ready; its whole place is passed over for a while.
local function holdBack(lane, suspect, ms)
  call('ZADD', prefix .. 'off', 'GT', int(now + ms), lane.place.group .. ' ' .. lane.place.tenant)
  if suspect == '' then
    makeReady(lane)
  else
    makeSuspect(lane)
  end
end

-- Takes the completed entries off a lane; those that went well are settled together.
local function acknowledge(ack, well)
  local lane = lanes[ack.name]
  local token, entries, bytes, suspect = leaseOf(lane)
  if token ~= ack.token then
    lost[#lost + 1] = ack.name
    ack.isLost, ack.lanes = true, NOTHING
    return
  end
  if ack.step == 'hold' then
    holdBack(lane, suspect, ack.delay)
    return
  end
  local completed = math.min(ack.completed, entries)
  removeHead(lane, completed, entries, bytes)
  if completed == entries and not readTries(lane).stored then
    well[#well + 1] = lane
    return
  end
  local tries = triesOf(lane)
  if completed > 0 and tries.stored then forgetFailures(lane) end
  tries.delivered = math.max(tries.delivered, entries) - completed
  tries.failures, tries.outages = ack.failures or 0, ack.outages or 0
  tries.limit, tries.suspicion = ack.limit or 0, 0
  remember(lane, ack.failure or '')
  -- What failed is one of the batch, or nothing did.
  local step = completed < entries and ack.step
  if step == 'dead-letter' then putAside(lane, tries, '') end
  if step == 'wait' then
    wait(lane, now + ack.delay)
  elseif step == 'park' then
    park(lane)
  else
    settle(lane)
  end
end

-- One look for all, since most lanes that went well hold nothing more where there are many of them.
local function settleAll(well)
  if #well == 0 then return end
  local keys = {}
  for i, lane in ipairs(well) do keys[i] = lane.key end
  local empty = call('EXISTS', unpack(keys)) == 0
  for _, lane in ipairs(well) do
    if empty then setState(lane, false) else settle(lane) end
  end
end

local function acknowledgeAll(acks)
  local well = {}
  for _, ack in ipairs(acks) do acknowledge(ack, well) end
  settleAll(well)
  for _, ack in ipairs(acks) do
    for _, staged in ipairs(ack.lanes) do
      add(lanes[staged.name], { unpack(ARGV, staged.from, staged.from + staged.n - 1) })
    end
  end
end

local function renew(one)
  local lane = lanes[one.name]
  if leaseOf(lane) == one.token then
    lane.deadline = deadline
    setState(lane, (string.gsub(lane.state, 'u$', 's')))
  else
    lost[#lost + 1] = one.name
  end
end
`;
