import { defineScript } from '../../../../redis/redis-script.js';

/**
 * The streams that were noted longest ago.
 *
 * KEYS: [1] undispatched, [2] ranges of undispatched, [3] open reservations, where there is an epoch.
 * ARGV: [1] least age in ms, [2] most streams.
 *
 * Answers `[field, time in ms, 'from:to', its open reservation or '']` of each, oldest first.
 */
export const LIST_UNDISPATCHED = defineScript(
  'list-undispatched',
  `
local time = redis.call('TIME')
local before = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1])
local streams = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', before, 'WITHSCORES', 'LIMIT', 0, ARGV[2])
local reply = {}
for i = 1, #streams, 2 do
  local open = KEYS[3] and redis.call('HGET', KEYS[3], streams[i]) or ''
  reply[#reply + 1] = {streams[i], streams[i + 1], redis.call('HGET', KEYS[2], streams[i]) or '', open}
end
return reply`,
);
