import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    per barrier: lane, id
 * Answer  per barrier: 1 while it stands, 0 once it has passed
 */
export const STANDING_BARRIERS = defineScript(
  'standing-barriers',
  `#!lua flags=no-writes
local standing = {}
for i = 1, #ARGV, 2 do
  local text = redis.call('HGET', KEYS[1] .. 'barriers', ARGV[i])
  standing[#standing + 1] = text and string.find(' ' .. text, ' ' .. ARGV[i + 1] .. ':', 1, true) and 1 or 0
end
return standing
`,
);
