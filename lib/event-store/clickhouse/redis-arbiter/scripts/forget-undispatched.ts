import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Strikes all streams whose field begins with a text. Walks the whole list: for maintenance.
 *
 * KEYS: [1] undispatched, [2] ranges of undispatched.
 * ARGV: [1] the text.
 */
export const FORGET_UNDISPATCHED = defineScript(
  'forget-undispatched',
  `
for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
  if string.sub(field, 1, #ARGV[1]) == ARGV[1] then
    redis.call('ZREM', KEYS[1], field)
    redis.call('HDEL', KEYS[2], field)
  end
end
return 1`,
);
