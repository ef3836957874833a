/** Lua: writes back what changed: states, places, counters and marks. */
export const SAVING_LIBRARY = String.raw`
local function letter(value)
  return value and string.sub(value, 1, 1)
end

local function each(command, key, list)
  if #list > 0 then call(command, prefix .. key, unpack(list)) end
end

-- Writes the changed states, and with them what follows from a state: deadlines and times.
local function saveStates()
  if #touched == 0 then return end
  local set, unset, leased, freed, due, undue, parked, unparked = {}, {}, {}, {}, {}, {}, {}, {}
  for _, lane in ipairs(touched) do
    local old, new = letter(lane.stored), letter(lane.state)
    if lane.state ~= lane.stored then
      if lane.state then
        set[#set + 1] = lane.name
        set[#set + 1] = lane.state
      else
        unset[#unset + 1] = lane.name
      end
    end
    if new == 'l' then
      leased[#leased + 1] = lane.deadline
      leased[#leased + 1] = lane.name
    elseif old == 'l' then
      freed[#freed + 1] = lane.name
    end
    if new == 'w' then
      due[#due + 1] = int(lane.due)
      due[#due + 1] = lane.name
    elseif old == 'w' then
      undue[#undue + 1] = lane.name
    end
    if new == 'p' and old ~= 'p' then
      parked[#parked + 1] = int(now)
      parked[#parked + 1] = lane.name
    elseif old == 'p' and new ~= 'p' then
      unparked[#unparked + 1] = lane.name
    end
    lane.stored = lane.state
    lane.touched = false
    saveTries(lane)
  end
  touched = {}
  each('HSET', 'state', set)
  each('HDEL', 'state', unset)
  each('ZREM', 'lease', freed)
  each('ZADD', 'lease', leased)
  each('ZREM', 'due', undue)
  each('ZADD', 'due', due)
  each('ZREM', 'parked', unparked)
  each('ZADD', 'parked', parked)
end

-- A tenant stands in a ring just while it has ready lanes there; a group is active just while it has a ring.
local function saveReady()
  for _, place in pairs(places) do
    if #place.ready > 0 then
      local size = call('RPUSH', prefix .. 'ready:' .. place.group .. ':' .. place.tenant, unpack(place.ready))
      if size == #place.ready and call('RPUSH', prefix .. 'ring:' .. place.group, place.tenant) == 1 then
        call('SADD', prefix .. 'active', place.group)
      end
      pushed[place.group] = true
      place.ready = {}
    end
    if #place.suspects > 0 then
      call('RPUSH', prefix .. 'suspects:' .. place.group, unpack(place.suspects))
      call('SADD', prefix .. 'suspected', place.group)
      pushed[place.group] = true
      place.suspects = {}
    end
  end
end

local function wake(group)
  call('ZADD', prefix .. 'wake:' .. group, '0', '1')
end

local function bump(key, field, by)
  if call('HINCRBY', key, field, by) == 0 then call('HDEL', key, field) end
end

local function saveCounts()
  for _, place in pairs(places) do
    for what, by in pairs(place.counts) do
      if by ~= 0 then
        bump(prefix .. 'count', what, by)
        bump(prefix .. 'count:tenant', place.tenant .. ' ' .. what, by)
        bump(prefix .. 'count:group', place.group .. ' ' .. what, by)
        if what == 'jobs' and string.sub(place.group, 1, 8) == 'command:' then bump(prefix .. 'count', 'commands', by) end
      end
    end
    place.counts = {}
  end
end

local KEPT_ACTIONS = 10000
local function record(tenant, action)
  call('LPUSH', prefix .. 'actions', tenant .. '\n' .. action)
  call('LTRIM', prefix .. 'actions', 0, KEPT_ACTIONS - 1)
end

local function saveAll()
  saveStates()
  saveReady()
  saveCounts()
  for group in pairs(pushed) do wake(group) end
end
`;
