import { INCARNATION } from '../../../../redis/incarnation.js';
import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Judges the appends of a batch, stream by stream, and reserves the sequences of those that may be stored. Streams
 * answer each for itself; a repeat with the same id, after an answer that was lost, takes the place of the first.
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
  `${INCARNATION}
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

local function note(field, first, last)
  local from = first
  if redis.call('ZADD', KEYS[3], 'NX', nowMs, field) == 0 then
    from = string.match(redis.call('HGET', KEYS[4], field) or '', '^%d+') or first
  end
  redis.call('HSET', KEYS[4], field, from .. ':' .. last)
end

local function judge(key, stream)
  local field = stream[1]
  local open = redis.call('HGET', KEYS[2], field)
  if open then
    if cjson.decode(open).id ~= ARGV[2] then return {'held', open} end
    redis.call('HDEL', KEYS[2], field)
  end
  local known = redis.call('HMGET', key, 'head', 'recordedAt', 'forgotten', 'ticket')
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
    local appendKey, seen = stream[i][3], stream[i][4]
    if appendKey ~= '' then
      repeated[i] = seen == -2 or redis.call('HEXISTS', key, 'k:' .. appendKey) == 1
      if not repeated[i] and forgotten > 0 and seen < forgotten then return {'unsure', before} end
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
    local first, last = int(before + 1), int(head)
    redis.call('HSET', KEYS[2], field, cjson.encode({
      id = ARGV[2], token = ARGV[3], first = first, last = last, deadlineMs = ARGV[4], maxInsertMs = ARGV[5],
      reservedMs = ARGV[6], recordedAt = int(recordedAt), keys = keys,
    }))
    note(field, first, last)
  end
  return reply
end

local reply = {'ok'}
for i = 5, #KEYS do reply[#reply + 1] = judge(KEYS[i], cjson.decode(ARGV[i + 3])) end
return reply`,
);
