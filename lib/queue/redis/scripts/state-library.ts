/**
 * Lua: the lanes, their states, and how both are written back.
 *
 * KEYS[1] is the prefix of all keys, with the hash tag of the shard. Under it:
 *
 *     lane:<lane>              LIST  entries in order; one stays until it is acknowledged
 *     state                    HASH  lane → r<ms> ready since | s<ms> ready suspect | w waiting | p parked |
 *                                    l<token> <entries> <bytes>[s] leased; absent: nothing there
 *     tries                    HASH  lane → failures outages limit delivered suspicion; absent: all zero
 *     errors:<lane>            LIST  last errors of the head as JSON, while it fails
 *     lease, due, parked       ZSET  lane → deadline, time to wake, time of parking; ms
 *     ready:<group>:<tenant>   LIST  ready lanes, first the one that waits longest
 *     ring:<group>             LIST  tenants that have ready lanes, the next one first
 *     suspects:<group>         LIST  lanes whose worker died
 *     active, suspected        SET   groups with a ring, with suspects
 *     wake:<group>             ZSET  a mark for whoever waits for work
 *     holds                    SET   what is passed over: g <group>, t <tenant>, x <tenant>:<group>
 *     count, count:tenant, count:group  HASH  counters
 *     forgetting               ZSET  <tenant> <call> → time until which the tenant is being forgotten; ms
 *     actions                  LIST  <tenant or nothing>\n<what an operator did as JSON>, the last first
 *     dead:<id>, dead-letters:<group>, last-dead  HASH, ZSET, counter: jobs put aside
 *     token, turns             the last fencing token; counts turns, so that groups begin in turn
 *     flush:<producer>         the last flush of a producer, and what was answered
 *
 * A lane's name is tenant:kind:component:aggregateType:id, each part encoded; a group is kind:component.
 * `tries.suspicion`: 0 none; n: the lane is a suspect and n - 1 workers died while it was their only one.
 */
export const STATE_LIBRARY = String.raw`
local call, pcall = redis.call, redis.pcall
local prefix = KEYS[1]
local clock = call('TIME')
local micros = clock[1] * 1000000 + clock[2]
local now = math.floor(micros / 1000)

local KEPT_ERRORS = 5

local function int(number)
  return string.format('%.0f', number)
end

local places, lanes, touched, pushed = {}, {}, {}, {}

local function placeOf(name)
  local id = string.match(name, '^[^:]*:[^:]*:[^:]*')
  local place = places[id]
  if not place then
    local tenant, group = string.match(id, '^([^:]*):(.*)$')
    place = { tenant = tenant, group = group, ready = {}, suspects = {}, counts = {} }
    places[id] = place
  end
  return place
end

local function count(place, what, by)
  place.counts[what] = (place.counts[what] or 0) + by
end

local function adopt(name, state, place)
  local lane = {
    name = name, key = prefix .. 'lane:' .. name, place = place or placeOf(name), state = state, stored = state,
  }
  lanes[name] = lane
  return lane
end

local function loadLanes(names)
  if #names == 0 then return end
  local states = call('HMGET', prefix .. 'state', unpack(names))
  for i, name in ipairs(names) do
    if not lanes[name] then adopt(name, states[i]) end
  end
end

local function laneOf(name)
  return lanes[name] or adopt(name, call('HGET', prefix .. 'state', name))
end

local function setState(lane, state)
  lane.state = state
  if not lane.touched then
    lane.touched = true
    touched[#touched + 1] = lane
  end
end

-- Token, entries, bytes, and whether its worker has it as its only suspect; nothing when it is not leased.
local function leaseOf(lane)
  if not lane.state or string.byte(lane.state) ~= 108 then return nil, 0 end
  local token, entries, bytes, suspect = string.match(lane.state, '^l(%d+) (%d+) (%d+)(s?)$')
  return token, tonumber(entries), tonumber(bytes), suspect == 's'
end

local anyTries
local NO_TRIES = { failures = 0, outages = 0, limit = 0, delivered = 0, suspicion = 0 }

-- To be read only: most lanes have none.
local function readTries(lane)
  if lane.tries then return lane.tries end
  if anyTries == nil then anyTries = call('EXISTS', prefix .. 'tries') == 1 end
  local text = anyTries and call('HGET', prefix .. 'tries', lane.name)
  if not text then return NO_TRIES end
  local f, o, l, d, s = string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
  lane.tries = {
    stored = text, failures = tonumber(f), outages = tonumber(o), limit = tonumber(l), delivered = tonumber(d),
    suspicion = tonumber(s),
  }
  return lane.tries
end

local function triesOf(lane)
  if readTries(lane) == NO_TRIES then
    lane.tries = { stored = false, failures = 0, outages = 0, limit = 0, delivered = 0, suspicion = 0 }
  end
  return lane.tries
end

local function saveTries(lane)
  local tries = lane.tries
  if not tries then return end
  local text = int(tries.failures) .. ' ' .. int(tries.outages) .. ' ' .. int(tries.limit) .. ' '
    .. int(tries.delivered) .. ' ' .. int(tries.suspicion)
  if text == '0 0 0 0 0' then text = false end
  if tries.failures == 0 and tries.outages == 0 and tries.suspicion == 0 and (tries.stored or lane.failed) then
    call('DEL', prefix .. 'errors:' .. lane.name)
  end
  if text == tries.stored then return end
  if text then
    call('HSET', prefix .. 'tries', lane.name, text)
    anyTries = true
  else
    call('HDEL', prefix .. 'tries', lane.name)
  end
  tries.stored = text
end

local function remember(lane, failure)
  if failure == '' then return end
  local key = prefix .. 'errors:' .. lane.name
  call('RPUSH', key, failure)
  call('LTRIM', key, -KEPT_ERRORS, -1)
  lane.failed = true
end

local function makeReady(lane)
  setState(lane, 'r' .. int(now))
  local ready = lane.place.ready
  ready[#ready + 1] = lane.name
end

local function wait(lane, due)
  lane.due = due
  setState(lane, 'w')
end

local function park(lane)
  local jobs = call('LLEN', lane.key)
  count(lane.place, 'parkedLanes', 1)
  count(lane.place, 'parkedJobs', jobs)
  setState(lane, 'p')
end

-- Puts a lane that does not run where its head says it belongs.
local function settle(lane)
  local head = call('LINDEX', lane.key, 0)
  if not head then
    setState(lane, false)
    return
  end
  local due = string.byte(head) == 68 and tonumber(string.match(head, '^D(%d+)')) or 0
  if due > now then wait(lane, due) else makeReady(lane) end
end

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

local forgetting

-- Nothing is taken of such a tenant, and none of its lanes is leased.
local function isForgotten(tenant)
  if not forgetting then
    forgetting = {}
    for _, mark in ipairs(call('ZRANGE', prefix .. 'forgetting', int(now), '+inf', 'BYSCORE')) do
      forgetting[string.match(mark, '^%S+')] = true
    end
  end
  return forgetting[tenant]
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
