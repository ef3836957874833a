/** Lua: entries with a time of their own, and their twins. `encodeEntry` says what they look like, `JobTiming` what they mean. */
export const TIMING_LIBRARY = String.raw`
local MOST_WINDOWS, WINDOW_KEPT_MS = 100000, 60000

-- Until when the last throttled or deduplicated job of a lane keeps its twins off; also in the past.
local function windowEnd(lane)
  return tonumber(call('ZSCORE', prefix .. 'windows:' .. lane.place.tenant, lane.name) or 0)
end

-- Windows of a tenant that are over go as new ones come, and all of them some time after the last one is over: the clock
-- may be set back. Beyond their bound the first to end go.
local function openWindow(lane, ms)
  local key = prefix .. 'windows:' .. lane.place.tenant
  call('ZADD', key, int(now + ms), lane.name)
  local over = call('ZRANGE', key, '-inf', int(now - WINDOW_KEPT_MS), 'BYSCORE', 'LIMIT', 0, 2)
  if #over > 0 then call('ZREM', key, unpack(over)) end
  if call('ZCARD', key) > MOST_WINDOWS then call('ZPOPMIN', key) end
  if call('PTTL', key) < ms + WINDOW_KEPT_MS then call('PEXPIRE', key, int(ms + WINDOW_KEPT_MS)) end
end

-- For how long an entry that is handed out keeps its twins off.
local function throttledMs(entry)
  return tonumber(string.match(entry, '^D%d+ t(%d+)') or 0)
end

local function dueOf(entry)
  return tonumber(string.match(entry, '^D(%d+)'))
end

-- Says anew when a lane runs that has nothing to do, or waits for no other reason than its head's time.
local function reconsider(lane)
  if not lane.state then
    settle(lane)
  elseif lane.state == 'w' then
    local tries = readTries(lane)
    if tries.failures == 0 and tries.outages == 0 then settle(lane) end
  end
end

local function append(lane, entry)
  local size = pcall('RPUSH', lane.key, entry)
  if type(size) == 'table' then return size.err end
  counted(lane, 1, #entry)
  reconsider(lane)
end

-- Whether a delayed job waits last in a lane that reads all of this one from the log.
local function isTwinDelayed(lane, job)
  local size = isFromLog(job) and pcall('LLEN', lane.key)
  if type(size) ~= 'number' or size <= handedOut(lane) then return false end
  local waiting = string.match(call('LINDEX', lane.key, -1), '^D%d+ w\n(.*)$')
  return waiting and merged(waiting, job) == waiting
end

local function delay(lane, entry)
  local ms, job = string.match(entry, '^D(%d+) w\n(.*)$')
  job = fitted(lane.place, job, 0)
  if isTwinDelayed(lane, job) then return end
  return append(lane, 'D' .. int(now + ms) .. ' w\n' .. job)
end

local TWIN = '^D(%d+) ([bt])(%d+) (%d+) ([^\n]*)\n(.*)$'

-- Debounced and throttled: D<delayMs> <timing>\n<job> becomes D<time> <timing>\n<job>, with a deadline for maxWaitMs, and
-- of twins that wait one remains.
local function replace(lane, entry)
  local ms, timing, span, rank, source, job = string.match(entry, TWIN)
  local size = pcall('LLEN', lane.key)
  if type(size) == 'table' then return size.err end
  local _, leased = leaseOf(lane)
  local last = size > leased and call('LINDEX', lane.key, -1) or ''
  local _, lastTiming, lastSpan, lastRank, lastSource, lastJob = string.match(last, TWIN)
  local wasHandedOut = readTries(lane).delivered >= size
  -- What a lane is parked behind is for operators.
  local hasTwin = timing == lastTiming and not (wasHandedOut and lane.state == 'p')
  local due
  if timing == 'b' then
    span = hasTwin and not wasHandedOut and lastSpan or int(now + span)
    due = math.min(now + ms, tonumber(span))
  else
    due = math.max(now, windowEnd(lane))
  end
  job = fitted(lane.place, job, 0)
  if hasTwin and source == lastSource and tonumber(rank) < tonumber(lastRank) then
    rank, job = lastRank, lastJob
    if timing == 't' then span = lastSpan end
  elseif hasTwin and wasHandedOut then
    -- Another job has no part in what the one before it went through.
    local tries = triesOf(lane)
    tries.delivered = size - 1
    if size == 1 then tries.failures, tries.outages = 0, 0 end
    saveTries(lane)
  end
  local waiting = 'D' .. int(due) .. ' ' .. timing .. span .. ' ' .. rank .. ' ' .. source .. '\n' .. job
  if not hasTwin then return append(lane, waiting) end
  call('LSET', lane.key, -1, waiting)
  counted(lane, 0, #waiting - #last)
  count(lane.place, 'dropped', 1)
  reconsider(lane)
end

local function dedupe(lane, entry)
  local ms, job = string.match(entry, '^D%d+ u(%d+)\n(.*)$')
  local size = pcall('LLEN', lane.key)
  if type(size) == 'table' then return size.err end
  if size > handedOut(lane) or windowEnd(lane) > now then
    count(lane.place, 'dropped', 1)
    return
  end
  ms = tonumber(ms)
  if ms > 0 then openWindow(lane, ms) end
  return push(lane, { job })
end

local timings = { w = delay, b = replace, t = replace, u = dedupe }
local function addTimed(lane, entry)
  return timings[string.match(entry, '^D%d+ (%a)')](lane, entry)
end

-- Adds entries to a lane, in order. Answers what is wrong with its key, or nil.
local function add(lane, entries)
  if isForgotten(lane.place.tenant) then return nil end
  local plain, problem = {}, nil
  for _, entry in ipairs(entries) do
    if string.byte(entry) == 68 then
      if #plain > 0 then problem = push(lane, plain) or problem end
      plain = {}
      problem = addTimed(lane, entry) or problem
    else
      plain[#plain + 1] = entry
    end
  end
  if #plain > 0 then problem = push(lane, plain) or problem end
  return problem
end
`;
