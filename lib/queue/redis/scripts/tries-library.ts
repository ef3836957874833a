/** Lua: what lanes have been through since their heads were last acknowledged, and where they go from there. */
export const TRIES_LIBRARY = String.raw`
local KEPT_ERRORS = 5

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

local function hasFailed(tries)
  return tries.failures > 0 or tries.outages > 0
end

-- Another head has no part in what the one before it failed at.
local function forgetFailures(lane)
  call('DEL', prefix .. 'errors:' .. lane.name)
  call('ZREM', prefix .. 'failing', lane.name)
end

local function saveTries(lane)
  local tries = lane.tries
  if not tries then return end
  local text = int(tries.failures) .. ' ' .. int(tries.outages) .. ' ' .. int(tries.limit) .. ' '
    .. int(tries.delivered) .. ' ' .. int(tries.suspicion)
  if text == '0 0 0 0 0' then text = false end
  if not hasFailed(tries) and tries.suspicion == 0 and (tries.stored or lane.failed) then
    call('DEL', prefix .. 'errors:' .. lane.name)
  end
  if hasFailed(tries) and lane.state and string.byte(lane.state) ~= 112 then
    call('ZADD', prefix .. 'failing', 'NX', int(now), lane.name)
  elseif tries.stored then
    call('ZREM', prefix .. 'failing', lane.name)
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

local function makeSuspect(lane)
  setState(lane, 's' .. int(now))
  local suspects = lane.place.suspects
  suspects[#suspects + 1] = lane.name
end

local function wait(lane, due)
  lane.due = due
  setState(lane, 'w')
end

local function park(lane)
  local jobs = call('LLEN', lane.key)
  count(lane.place, 'parkedLanes', 1)
  count(lane.place, 'parkedJobs', jobs)
  countUnparked(lane.place, -jobs)
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
`;
