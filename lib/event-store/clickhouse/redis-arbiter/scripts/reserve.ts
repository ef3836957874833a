import { IN_PARTS } from '../../../../redis/in-parts.js';
import { INCARNATION } from '../../../../redis/incarnation.js';
import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Judges the appends of a batch, stream by stream, and reserves the sequences of those that may be stored. Streams
 * answer each for itself; a repeat with the same id, after an answer that was lost, takes the place of the first.
 * What is read and written of all of them together is read before, and written after, any is judged: so a stream may stand
 * in a call once.
 *
 * KEYS: [1] epoch, [2] open reservations, [3] undispatched, [4] ranges of undispatched, [5…] one stream each.
 * ARGV: [1] epoch, [2] reservation id, [3] insert token, [4] deadline and [5] longest run time of the insert and [6] now,
 * by the clock of ClickHouse in ms, [7] ms after which an idle stream is forgotten, [8…] one stream each, as JSON
 * `[field, append…]`, an append being `[expected, events, key or '', seen, since]`. `since` is the earliest time of the append
 * in ms; `seen` says what the log said of the key:
 * -2 it knows it, -1 it was not asked, n it does not know it as of sequence n.
 *
 * Answers `['lost']` in another epoch or life of the server, else `['ok', stream…]`, a stream being one of
 * - `['unknown', ticket]`: seed it under this ticket,
 * - `['held', reservation]`: another batch has it open,
 * - `['unsure', head]`: the log must be asked for the keys,
 * - `['judged', recordedAt, append…]`, an append being `[0, first]` reserved, `[1]` its key is known, `[2, n]` it has
 *   the key of append n of this list, `[3, head, n]` conflict, n = 1 when only because of an append of this list.
 */
export const RESERVE = defineScript(
  'reserve',
  `${INCARNATION}${IN_PARTS}
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'incarnation')
if stored[1] ~= ARGV[1] or stored[2] ~= incarnation() then return {'lost'} end
local time = redis.call('TIME')
local nowMs = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))

local function int(number) return string.format('%.0f', number) end

local function holds(expected, head)
  if expected == 'any' then return true end
  if expected == 'no-stream' then return head == 0 end
  if expected == 'stream-exists' then return head > 0 end
  return expected == head
end

local streams, fields, opens, seen = {}, {}, {}, {}
for i = 5, #KEYS do
  local stream = cjson.decode(ARGV[i + 3])
  local field = stream[1]
  if seen[field] then return redis.error_reply('ERR a stream stands twice in one call') end
  seen[field] = true
  streams[#streams + 1] = stream
  fields[#fields + 1] = field
end
inParts(fields, function(...)
  for _, open in ipairs(redis.call('HMGET', KEYS[2], ...)) do opens[#opens + 1] = open end
end)

-- Reservations of this call, and what an earlier sending of it has left open.
local reserved, mine = {}, {}

local function judge(key, stream, open)
  local field = stream[1]
  if open then
    if cjson.decode(open).id ~= ARGV[2] then return {'held', open} end
    mine[field] = true
  end
  local names = { 'head', 'recordedAt', 'forgotten', 'ticket' }
  for i = 2, #stream do names[i + 3] = 'k:' .. stream[i][3] end
  local known = {}
  inParts(names, function(...)
    for _, value in ipairs(redis.call('HMGET', key, ...)) do known[#known + 1] = value end
  end)
  if not known[1] then
    if not known[4] then
      redis.call('HSET', key, 'ticket', ARGV[2])
      redis.call('PEXPIRE', key, ARGV[7])
    end
    return {'unknown', known[4] or ARGV[2]}
  end
  local before = tonumber(known[1])
  local forgotten = tonumber(known[3])
  local repeated = {}
  for i = 2, #stream do
    local appendKey, asked = stream[i][3], stream[i][4]
    if appendKey ~= '' then
      repeated[i] = asked == -2 or known[i + 3] ~= false
      if not repeated[i] and forgotten > 0 and asked < forgotten then return {'unsure', before} end
    end
  end
  local recordedAt = math.max(tonumber(known[2]), tonumber(ARGV[6]))
  for i = 2, #stream do recordedAt = math.max(recordedAt, stream[i][5] or 0) end
  local head = before
  local writes = {}
  local keys = {}
  local reply = {'judged', recordedAt}
  for i = 2, #stream do
    local expected, events, appendKey = stream[i][1], stream[i][2], stream[i][3]
    local verdict
    if repeated[i] then
      verdict = {1}
    elseif appendKey ~= '' and writes[appendKey] then
      verdict = {2, writes[appendKey]}
    elseif not holds(expected, head) then
      verdict = {3, head, head ~= before and 1 or 0}
    else
      verdict = {0, head + 1}
      head = head + events
      if appendKey ~= '' then
        writes[appendKey] = i - 2
        keys[#keys + 1] = appendKey
      end
    end
    reply[#reply + 1] = verdict
  end
  if head > before then
    reserved[#reserved + 1] = { field = field, first = int(before + 1), last = int(head), text = cjson.encode({
      id = ARGV[2], token = ARGV[3], first = int(before + 1), last = int(head), deadlineMs = ARGV[4],
      maxInsertMs = ARGV[5], reservedMs = ARGV[6], recordedAt = int(recordedAt), keys = keys,
    }) }
    mine[field] = nil
  end
  return reply
end

local reply = {'ok'}
for i, stream in ipairs(streams) do reply[i + 1] = judge(KEYS[i + 4], stream, opens[i]) end

for field in pairs(mine) do redis.call('HDEL', KEYS[2], field) end
local noted, ranges, open, since = {}, {}, {}, {}
for i, one in ipairs(reserved) do noted[i] = one.field end
inParts(noted, function(...)
  for _, range in ipairs(redis.call('HMGET', KEYS[4], ...)) do ranges[#ranges + 1] = range end
end)
local changed = {}
for i, one in ipairs(reserved) do
  local from = string.match(ranges[i] or '', '^%d+') or one.first
  open[2 * i - 1], open[2 * i] = one.field, one.text
  changed[2 * i - 1], changed[2 * i] = one.field, from .. ':' .. one.last
  since[2 * i - 1], since[2 * i] = nowMs, one.field
end
inParts(open, function(...) redis.call('HSET', KEYS[2], ...) end)
inParts(since, function(...) redis.call('ZADD', KEYS[3], 'NX', ...) end)
inParts(changed, function(...) redis.call('HSET', KEYS[4], ...) end)
return reply`,
);
