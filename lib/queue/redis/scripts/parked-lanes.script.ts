import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    how many to pass over, how many to answer
 * Answer  per lane: lane, parked at, jobs, tries or '', errors as a JSON array
 */
export const PARKED_LANES = defineScript(
  'parked-lanes',
  `#!lua flags=no-writes
local prefix = KEYS[1]
local answers = {}
local found = redis.call('ZRANGE', prefix .. 'parked', ARGV[1], ARGV[1] + ARGV[2] - 1, 'WITHSCORES')
for i = 1, #found, 2 do
  local lane = found[i]
  local size = redis.pcall('LLEN', prefix .. 'lane:' .. lane)
  local errors = redis.call('LRANGE', prefix .. 'errors:' .. lane, 0, -1)
  answers[#answers + 1] = {
    lane, found[i + 1], type(size) == 'number' and size or 0, redis.call('HGET', prefix .. 'tries', lane) or '',
    '[' .. table.concat(errors, ',') .. ']',
  }
end
return answers
`,
);
