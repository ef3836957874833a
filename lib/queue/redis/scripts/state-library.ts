/**
 * Lua: the lanes and their states, as far as a script has touched them. Nothing of it is written before `SAVING_LIBRARY` does.
 *
 * KEYS[1] is the prefix of all keys, with the hash tag of the shard. Under it:
 *
 *     lane:<lane>              LIST  entries in order; one stays until it is acknowledged
 *     state                    HASH  lane → r<ms> ready since | s<ms> ready suspect | w waiting | p parked |
 *                                    l<token> <entries> <bytes>[u|s] leased; absent: nothing there
 *     tries                    HASH  lane → failures outages limit delivered suspicion; absent: all zero
 *     errors:<lane>            LIST  last errors of the head as JSON, while it fails
 *     lease, due, parked       ZSET  lane → deadline, time to wake, time of parking; ms
 *     failing                  ZSET  lane that has failures or outages and is not parked → time of the first one; ms
 *     ready:<group>:<tenant>   LIST  ready lanes, first the one that waits longest
 *     ring:<group>             LIST  tenants that have ready lanes, the next one first
 *     suspects:<group>         LIST  lanes whose worker died
 *     active, suspected        SET   groups with a ring, with suspects
 *     wake:<group>             ZSET  a mark for whoever waits for work
 *     windows:<tenant>         ZSET  lane → time until which twins are kept off, ms; expires some time after the last
 *     holds                    SET   what is passed over: g <group>, p <pipeline>, t <tenant>, x <tenant>:<group>,
 *                                    y <tenant>:<pipeline>
 *     off                      ZSET  <group> <tenant> that its handler said is switched off → time of the next look; ms
 *     pipelines, named         HASH  group → its pipeline, as the last worker named it; the fingerprint of its list
 *     routes                   ZSET  what feeds a component, as its workers say it → time until which that is live, ms
 *     routes-revision          the name of what stands there
 *     routes-since             HASH  such a route → since when it is live; µs
 *     count, count:tenant, count:group  HASH  counters: jobs, and of them commands in the lanes of their aggregates,
 *                                    parkedJobs, and delayedJobs, which wait for their time and are not parked; …
 *     forgetting               ZSET  <tenant> <call> → time until which the tenant is being forgotten; ms
 *     actions                  LIST  <tenant or nothing>\n<what an operator did as JSON>, the last first
 *     dead:<id>, dead-letters:<group>, last-dead  HASH, ZSET, counter: jobs put aside
 *     dead-from-log            HASH  <lane> <aggregate> → id of the last of them that is to be read from the log
 *     answers:<tenant>, older-answers:<tenant>  HASH  id → what was answered; two generations, each with its expiry
 *     once:<tenant>            ZSET  key → time until which what was staged once under it stands, ms; and
 *     once-values:<tenant>     HASH  key → what it is told who comes meanwhile; both expire some time after the last
 *     barriers                 HASH  lane → <id>:<entries before it> …, apart by spaces; those wait who wait for a lane
 *     passed                   channel: a lane and its last barrier that has passed, apart by a space
 *     answered                 channel: the names of new answers, <tenant>:<id>, apart by spaces
 *     token, turns             the last fencing token; counts turns, so that groups begin in turn
 *     lock:<name>, lock-token  of `locks/redis`: who holds a lock, the last fencing token of all
 *     life                     a mark: when it is gone, the server was emptied
 *     flush:<producer>         the last flush of a producer, and what was answered
 *
 * A lane's name is tenant:kind:component:aggregateType:id, each part encoded; a group is kind:component.
 * `tries.suspicion`: 0 none; n: the lane is a suspect and n - 1 workers died while it was their only one.
 * A suspect is leased as `u` and runs as `s`, once its worker has prolonged the lease: who never heard of it is not its victim.
 */
export const STATE_LIBRARY = String.raw`
local call, pcall = redis.call, redis.pcall
local prefix = KEYS[1]
local clock = call('TIME')
local micros = clock[1] * 1000000 + clock[2]
local now = math.floor(micros / 1000)

local function int(number)
  return string.format('%.0f', number)
end

local places, lanes, touched, pushed = {}, {}, {}, {}

local function holdsCommands(group)
  return string.sub(group, 1, 8) == 'command:' or string.sub(group, 1, 6) == 'delay:'
end

-- Whether what waits in its lanes waits for its time, and is no work before that.
local function waitsForTime(group)
  return string.sub(group, 1, 6) == 'delay:' or string.sub(group, 1, 6) == 'timer:'
end

local function placeOf(name)
  local id = string.match(name, '^[^:]*:[^:]*:[^:]*')
  local place = places[id]
  if not place then
    local tenant, group = string.match(id, '^([^:]*):(.*)$')
    place = {
      tenant = tenant, group = group, isTimed = waitsForTime(group), ready = {}, suspects = {}, counts = {},
    }
    places[id] = place
  end
  return place
end

local function count(place, what, by)
  place.counts[what] = (place.counts[what] or 0) + by
end

-- Jobs of a lane that is not parked.
local function countUnparked(place, jobs)
  if place.isTimed then count(place, 'delayedJobs', jobs) end
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

-- Token, entries, bytes, and for a suspect u or s; nothing when it is not leased.
local function leaseOf(lane)
  if not lane.state or string.byte(lane.state) ~= 108 then return nil, 0 end
  local token, entries, bytes, suspect = string.match(lane.state, '^l(%d+) (%d+) (%d+)([us]?)$')
  return token, tonumber(entries), tonumber(bytes), suspect
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
`;
