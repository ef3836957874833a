import { defineScript } from '../../../redis/redis-script.js';
import { STATUS_LIBRARY } from './status-library.js';

/**
 * The lanes of a sorted set, those that have stood in it longest first.
 *
 * KEYS[1] prefix
 * ARGV    parked | failing, how many to pass over, how many to answer
 * Answer  per lane: lane, since, letter of its state, jobs, next attempt or '', tries or '', errors as a JSON array
 */
export const LISTED_LANES = defineScript(
  'listed-lanes',
  `#!lua flags=no-writes
local prefix = KEYS[1]
${STATUS_LIBRARY}
local answers = {}
local found = redis.call('ZRANGE', prefix .. ARGV[1], ARGV[2], ARGV[2] + ARGV[3] - 1, 'WITHSCORES')
for i = 1, #found, 2 do
  local lane = found[i]
  local size = redis.pcall('LLEN', prefix .. 'lane:' .. lane)
  local errors = redis.call('LRANGE', prefix .. 'errors:' .. lane, 0, -1)
  answers[#answers + 1] = {
    lane, found[i + 1], statusOf(lane, redis.call('HGET', prefix .. 'state', lane)),
    type(size) == 'number' and size or 0, redis.call('ZSCORE', prefix .. 'due', lane) or '',
    redis.call('HGET', prefix .. 'tries', lane) or '', '[' .. table.concat(errors, ',') .. ']',
  }
end
return answers
`,
);
