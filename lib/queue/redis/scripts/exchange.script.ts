import { defineScript } from '../../../redis/redis-script.js';
import { ACKNOWLEDGE_LIBRARY } from './acknowledge-library.js';
import { ANSWER_LIBRARY } from './answer-library.js';
import { CLAIM_LIBRARY } from './claim-library.js';
import { LANE_LIBRARY } from './lane-library.js';
import { TAKE_BACK_LIBRARY } from './take-back-library.js';

/**
 * One turn of a worker: ends the batches that it finished, prolongs its leases, promotes what is due, takes back what
 * dead workers held, and leases the next lanes.
 *
 * KEYS[1] prefix
 * ARGV    maxTenantBytes, leaseMs, most entries, most bytes, whether it may have a suspect (0 or 1),
 *         commands wanted, of one tenant at most, others wanted, of one tenant at most;
 *         n, (group to wake) …;
 *         n, (lane, token) … to prolong;
 *         n, (c or o for command or other, tenant, lanes it runs now) …;
 *         fingerprint of what follows, n, (group that it knows, most entries of a batch, its pipeline or '') …;
 *         n, per batch to end: lane, token, completed, lanes; per lane: lane, entries, entry …; then '' when it went
 *         well, or step, delayMs, failures, outages, limit of the next batch or 0, error as JSON or '';
 *         n, and where there are any how long answers are kept in ms, how many of a tenant, and per batch that has some:
 *         its place among those to end, answers, (id, value) ….
 *         Steps: settle, wait, park, dead-letter (the head is put aside), hold (it and
 *         all of its group and tenant, for delayMs; nothing of the batch was done).
 * Answer  ms until something is due or -1; 1 when it stopped at a bound of its own; 1 when a tenant had its
 *         share; lanes whose lease is lost; the revision of the routes, or ''; and per leased lane: lane, token, '' or `failures outages handed-out-before
 *         suspect` (the last two 0 or 1), entry …
 *
 * Leases change before any of them is taken back, so that a worker which comes late does not lose its own. With
 * `allow-oom` it runs also when memory is short: acknowledging is what frees it.
 */
export const EXCHANGE = defineScript(
  'exchange',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
maxTenantBytes = tonumber(ARGV[1])
local leaseMs, entriesLeft, bytesLeft = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local mostEntries, maySuspect = entriesLeft, ARGV[5] == '1'
local classes = {
  { letter = 'c', want = tonumber(ARGV[6]), cap = tonumber(ARGV[7]), groups = {} },
  { letter = 'o', want = tonumber(ARGV[8]), cap = tonumber(ARGV[9]), groups = {} },
}
local deadline = int(now + leaseMs)
local revision = call('GET', prefix .. 'routes-revision') or ''
local at = 10
local function take()
  at = at + 1
  return ARGV[at - 1]
end
local function takeNumber() return tonumber(take()) end

local rewoken, lost, busy, known = {}, {}, {}, {}
for i = 1, takeNumber() do rewoken[i] = take() end
local renewals, names = {}, {}
for i = 1, takeNumber() do
  renewals[i] = { name = take(), token = take() }
  names[#names + 1] = renewals[i].name
end
for _ = 1, takeNumber() do
  local key = take() .. take()
  busy[key] = takeNumber()
end
local fingerprint, pipelines = take(), {}
for _ = 1, takeNumber() do
  local group = take()
  known[group] = takeNumber()
  pipelines[group] = take()
end
local acks, NOTHING = {}, {}
for i = 1, takeNumber() do
  local ack = { name = take(), token = take(), completed = takeNumber(), lanes = NOTHING }
  names[#names + 1] = ack.name
  local n = takeNumber()
  if n > 0 then ack.lanes = {} end
  for l = 1, n do
    local name, size = take(), takeNumber()
    ack.lanes[l] = { name = name, from = at, n = size }
    names[#names + 1] = name
    at = at + size
  end
  ack.step = take()
  if ack.step ~= '' then
    ack.delay, ack.failures, ack.outages, ack.limit = takeNumber(), takeNumber(), takeNumber(), takeNumber()
    ack.failure = take()
  end
  acks[i] = ack
end
loadLanes(names)
${ACKNOWLEDGE_LIBRARY}
acknowledgeAll(acks)
${ANSWER_LIBRARY}
keepAnswers(acks)
for _, one in ipairs(renewals) do renew(one) end
saveStates()
${TAKE_BACK_LIBRARY}
local nextDue, nextLease = head('due'), head('lease')
if nextDue and nextDue <= now then
  local names = over('due')
  loadLanes(names)
  for _, name in ipairs(names) do makeReady(lanes[name]) end
end
if nextLease and nextLease <= now then
  local names = over('lease')
  loadLanes(names)
  for _, name in ipairs(names) do takeBack(lanes[name]) end
end
local nextLook = head('off')
if nextLook and nextLook <= now then
  for _, member in ipairs(over('off')) do
    call('ZREM', prefix .. 'off', member)
    pushed[string.match(member, '^%S+')] = true
  end
  nextLook = head('off')
end
if #touched > 0 then
  saveStates()
  nextDue, nextLease = head('due'), head('lease')
end
saveReady()
${CLAIM_LIBRARY}
claimLanes()

local answers = {}
for i, claim in ipairs(claims) do
  token = token + 1
  local id = int(token)
  claim.deadline = deadline
  setState(claim, 'l' .. id .. ' ' .. claim.n .. ' ' .. claim.bytes .. (claim.suspect and 'u' or ''))
  claim.answer[2] = id
  if claim.quietMs > 0 then openWindow(claim, claim.quietMs) end
  answers[i] = claim.answer
end
if #claims > 0 then call('SET', prefix .. 'token', int(token)) end
saveStates()
saveCounts()

local isFull = exhausted or entriesLeft <= 0 or bytesLeft <= 0
for group, class in pairs(visited) do
  if call('EXISTS', prefix .. 'ring:' .. group) == 0 then
    call('SREM', prefix .. 'active', group)
  elseif class.want <= 0 or isFull or capped[group] then
    pushed[group] = true
  else
    pushed[group] = nil
  end
end
for _, group in ipairs(rewoken) do pushed[group] = true end
for group in pairs(remaining) do pushed[group] = true end
-- What this worker leaves is for the next one that waits.
for group in pairs(pushed) do
  if call('EXISTS', prefix .. 'ring:' .. group, prefix .. 'suspects:' .. group) > 0 then wake(group) end
end

local soonest = math.min(nextDue or math.huge, nextLease or math.huge, nextLook or math.huge)
local untilDue = soonest == math.huge and -1 or math.max(0, soonest - now)
return { untilDue, isFull and 1 or 0, next(capped) and 1 or 0, lost, revision, answers }
`,
);
