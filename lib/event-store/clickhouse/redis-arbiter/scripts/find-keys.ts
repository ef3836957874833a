import { INCARNATION } from '../../../../redis/incarnation.js';
import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Which keys of one stream the log may know.
 *
 * KEYS: [1] epoch, [2] open reservations, [3] stream.
 * ARGV: [1] epoch, [2] field of the stream, [3…] keys.
 *
 * Answers 0 or 1 for each key, or nothing when only the log can tell.
 */
export const FIND_KEYS = defineScript(
  'find-keys',
  `${INCARNATION}
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'incarnation')
if stored[1] ~= ARGV[1] or stored[2] ~= incarnation() then return {} end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1 then return {} end
if redis.call('HGET', KEYS[3], 'forgotten') ~= '0' then return {} end
local found = {}
for i = 3, #ARGV do found[#found + 1] = redis.call('HEXISTS', KEYS[3], 'k:' .. ARGV[i]) end
return found`,
);
