/** Lua: takes lanes that do not run out of where they stand. */
export const DETACH_LIBRARY = String.raw`
-- A tenant without ready lanes leaves the ring.
local function leaveRing(group, tenant)
  local ring = prefix .. 'ring:' .. group
  call('LREM', ring, 0, tenant)
  if call('EXISTS', ring) == 0 then call('SREM', prefix .. 'active', group) end
end

-- The caller says next where the lane goes.
local function detach(lane)
  local state, group, tenant = letter(lane.state), lane.place.group, lane.place.tenant
  if state == 'p' then
    unpark(lane)
  elseif state == 's' then
    local suspects = prefix .. 'suspects:' .. group
    call('LREM', suspects, 1, lane.name)
    if call('EXISTS', suspects) == 0 then call('SREM', prefix .. 'suspected', group) end
  elseif state == 'r' then
    local ready = prefix .. 'ready:' .. group .. ':' .. tenant
    call('LREM', ready, 1, lane.name)
    if call('EXISTS', ready) == 0 then leaveRing(group, tenant) end
  end
  setState(lane, false)
end
`;
