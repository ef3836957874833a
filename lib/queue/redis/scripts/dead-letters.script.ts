import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    group, id to begin after, how many to answer
 * Answer  per dead letter: id, lane, entry, attempts, put aside at, errors as a JSON array, reason or ''
 */
export const DEAD_LETTERS = defineScript(
  'dead-letters',
  `#!lua flags=no-writes
local prefix = KEYS[1]
local answers = {}
local ids = redis.call('ZRANGE', prefix .. 'dead-letters:' .. ARGV[1], '(' .. ARGV[2], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[3])
for i, id in ipairs(ids) do
  local dead = redis.call('HMGET', prefix .. 'dead:' .. id, 'lane', 'entry', 'attempts', 'at', 'errors', 'reason')
  answers[i] = { id, unpack(dead) }
end
return answers
`,
);
