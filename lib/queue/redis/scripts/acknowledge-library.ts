/**
 * Lua: ends the batches of a worker and prolongs its leases. It needs `lanes`, `lost` and `deadline` of the exchange,
 * and `ANSWER_LIBRARY`.
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
  answer(lane.place.tenant, ack.answersFrom, ack.answers)
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
`;
