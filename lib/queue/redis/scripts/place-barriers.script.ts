import { defineScript } from '../../../redis/redis-script.js';

/**
 * Puts a barrier behind what each lane holds. One that stands there already serves; beyond a few barriers of a lane the
 * last one moves to its end, so that their number is bounded, whoever waits.
 *
 * KEYS[1] prefix
 * ARGV    lane …
 * Answer  per lane: the id of its barrier, or '' when the lane holds nothing
 */
export const PLACE_BARRIERS = defineScript(
  'place-barriers',
  `#!lua
local call, pcall = redis.call, redis.pcall
local prefix = KEYS[1]
local MOST = 8
local time = call('TIME')
local micros = time[1] * 1000000 + time[2]
local function int(number) return string.format('%.0f', number) end

local function place(lane)
  local size = pcall('LLEN', prefix .. 'lane:' .. lane)
  -- Nothing of ours stands in a key that holds something else.
  if type(size) ~= 'number' or size == 0 then return '' end
  local barriers = {}
  for id, before in string.gmatch(call('HGET', prefix .. 'barriers', lane) or '', '(%d+):(%d+)') do
    barriers[#barriers + 1] = { id = id, before = tonumber(before) }
  end
  local last = barriers[#barriers]
  if last and last.before == size then return last.id end
  if #barriers < MOST then
    last = { id = int(math.max(micros, last and last.id + 1 or 0)) }
    barriers[#barriers + 1] = last
  end
  last.before = size
  local texts = {}
  for i, one in ipairs(barriers) do texts[i] = one.id .. ':' .. int(one.before) end
  call('HSET', prefix .. 'barriers', lane, table.concat(texts, ' '))
  return last.id
end

local ids = {}
for i, lane in ipairs(ARGV) do ids[i] = place(lane) end
return ids
`,
);
