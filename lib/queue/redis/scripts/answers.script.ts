import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    per answer: tenant, id
 * Answer  per answer: its value, or nil
 */
export const ANSWERS = defineScript(
  'answers',
  `#!lua flags=no-writes
local prefix = KEYS[1]
local values = {}
for i = 1, #ARGV, 2 do
  values[#values + 1] = redis.call('HGET', prefix .. 'answers:' .. ARGV[i], ARGV[i + 1])
    or redis.call('HGET', prefix .. 'older-answers:' .. ARGV[i], ARGV[i + 1])
end
return values
`,
);
