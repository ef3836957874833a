import { defineScript } from '../../../redis/redis-script.js';
import { LANE_LIBRARY } from './lane-library.js';
import { ONCE_LIBRARY } from './once-library.js';

/**
 * Takes the jobs of several calls, each call wholly or not at all. A flush that is sent twice is taken once.
 *
 * KEYS[1] prefix
 * ARGV    maxTenantBytes, producer, number of the flush, the producer's first flush without answer, maxWaitingCommands,
 *         maxWaitingJobs, maxTenantJobs, maxTenantDelayed, calls; then per call: commands, lanes, and the key of what is
 *         staged once, or '', with its time in ms and its value; per lane: lane, entries, entry …
 * Answer  per call: '' when taken; the name of the bound that refused it; or `!` and the server's answer, when the key
 *         of a lane holds something else: then the jobs of its other lanes were taken; or `=` and the value of what
 *         stands under its key: then none of it was taken. And the revision of the routes,
 *         or ''. The error TRYAGAIN when the flush came before its predecessor.
 *
 * Without `allow-oom` a server that is short of memory refuses the script before it runs.
 */
export const STAGE = defineScript(
  'stage',
  `#!lua
${LANE_LIBRARY}
${ONCE_LIBRARY}
local FLUSH_REMEMBERED_MS = '600000'
local revision = call('GET', prefix .. 'routes-revision') or ''
local flushKey = prefix .. 'flush:' .. ARGV[2]
-- The last flush, its answers, and those of the one before it: a producer has two under way at most.
local number, oldest = tonumber(ARGV[3]), tonumber(ARGV[4])
local seen = call('GET', flushKey)
local last, lastAnswers, priorAnswers
if seen then
  last, lastAnswers, priorAnswers = string.match(seen, '^(%d+)\\n([^\\n]*)\\n(.*)$')
  last = tonumber(last)
  if number == last then return { cjson.decode(lastAnswers), revision } end
  -- What is older was answered or given up long ago: nobody waits for what it is told.
  if number < last then return { cjson.decode(priorAnswers), revision } end
end
if number ~= oldest and number ~= (last or 0) + 1 then
  return redis.error_reply('TRYAGAIN flush ' .. number .. ' came before its predecessor')
end

maxTenantBytes = tonumber(ARGV[1])
local maxCommands, maxJobs = tonumber(ARGV[5]), tonumber(ARGV[6])
local maxTenantJobs, maxTenantDelayed = tonumber(ARGV[7]), tonumber(ARGV[8])
local calls, names, at = {}, {}, 10
for c = 1, tonumber(ARGV[9]) do
  local one = { commands = tonumber(ARGV[at]), lanes = tonumber(ARGV[at + 1]), key = ARGV[at + 2] }
  at = at + 3
  if one.key ~= '' then
    one.forMs, one.value = tonumber(ARGV[at]), ARGV[at + 1]
    at = at + 2
  end
  one.at = at
  for l = 1, one.lanes do
    names[#names + 1] = ARGV[at]
    at = at + 2 + ARGV[at + 1]
  end
  calls[c] = one
end
loadLanes(names)

local total, tenants
local function number(text) return tonumber(text or 0) end
local function loadTotals()
  local found = call('HMGET', prefix .. 'count', 'commands', 'jobs', 'parkedJobs', 'delayedJobs')
  total = { commands = number(found[1]), waiting = number(found[2]) - number(found[3]) - number(found[4]) }
  tenants = {}
end
local function tenantOf(name)
  local tenant = placeOf(name).tenant
  if not tenants[tenant] then
    local found = call(
      'HMGET', prefix .. 'count:tenant', tenant .. ' jobs', tenant .. ' parkedJobs', tenant .. ' delayedJobs',
      tenant .. ' bytes'
    )
    local delayed = number(found[3])
    tenants[tenant] = {
      waiting = number(found[1]) - number(found[2]) - delayed, delayed = delayed, bytes = number(found[4]),
    }
  end
  return tenants[tenant]
end

-- Says which bound refuses the commands of a call: also those that are delayed, which may be due at once.
local function refusal(one)
  if not total then loadTotals() end
  if total.commands + one.commands > maxCommands then return 'maxWaitingCommands' end
  if total.waiting + one.commands > maxJobs then return 'maxWaitingJobs' end
  local at, delayed = one.at, 0
  for l = 1, one.lanes do
    local place = placeOf(ARGV[at])
    if holdsCommands(place.group) then
      local tenant = tenantOf(ARGV[at])
      if place.isTimed then
        delayed = delayed + ARGV[at + 1]
        if tenant.delayed + delayed > maxTenantDelayed then return 'maxDelayedJobsPerTenant' end
      end
      if tenant.waiting + one.commands > maxTenantJobs then return 'maxWaitingJobsPerTenant' end
      if tenant.bytes > maxTenantBytes then return 'maxWaitingBytesPerTenant' end
    end
    at = at + 2 + ARGV[at + 1]
  end
  total.commands = total.commands + one.commands - delayed
  return nil
end

-- What a call brings counts for those after it.
local function note(name, jobs)
  local tenant = tenantOf(name)
  if placeOf(name).isTimed then
    tenant.delayed = tenant.delayed + jobs
  else
    total.waiting, tenant.waiting = total.waiting + jobs, tenant.waiting + jobs
  end
end

local answers = {}
for c, one in ipairs(calls) do
  local isOnce = one.key ~= ''
  local tenant = isOnce and placeOf(ARGV[one.at]).tenant
  local first = isOnce and standing(tenant, one.key)
  if first then count(placeOf(ARGV[one.at]), 'dropped', 1) end
  local answer = first and '=' .. first or one.commands > 0 and refusal(one) or ''
  if answer == '' then
    local at = one.at
    for l = 1, one.lanes do
      local name, n = ARGV[at], tonumber(ARGV[at + 1])
      local problem = add(lanes[name], { unpack(ARGV, at + 2, at + 1 + n) })
      if problem then answer = '!' .. problem end
      if total then note(name, n) end
      at = at + 2 + n
    end
    if isOnce and answer == '' and not isForgotten(tenant) then keepOnce(tenant, one.key, one.value, one.forMs) end
  end
  answers[c] = answer
end

local later
for _, lane in ipairs(touched) do
  if lane.state == 'w' and (not later or lane.due < later.due) then later = lane end
end
local head = later and call('ZRANGE', prefix .. 'due', 0, 0, 'WITHSCORES')
saveStates()
saveReady()
saveCounts()
-- Whoever waits for work knows the next time that is due, unless this one comes before it.
if later and (not head[2] or later.due < tonumber(head[2])) then pushed[later.place.group] = true end
for group in pairs(pushed) do wake(group) end
call('SET', flushKey, ARGV[3] .. '\\n' .. cjson.encode(answers) .. '\\n' .. (lastAnswers or '[]'), 'PX', FLUSH_REMEMBERED_MS)
return { answers, revision }
`,
);
