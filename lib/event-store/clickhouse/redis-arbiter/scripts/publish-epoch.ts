import { INCARNATION } from '../../../../redis/incarnation.js';
import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Begins an epoch in this life of the server. It takes the claim with it: so an epoch can be published once only, and
 * never again on a server that has forgotten what was reserved in it. The reservations of the former epoch end.
 *
 * KEYS: [1] epoch, [2] claim.
 * ARGV: [1] who claims, [2] epoch, [3] and [4] what stands before and after an epoch in the name of its reservations,
 * [5] the newest epoch of the log before this one. When Redis works in that one now, nothing was lost, and it lives on.
 *
 * Answers 1, or 0 when the claim is lost.
 */
export const PUBLISH_EPOCH = defineScript(
  'publish-epoch',
  `${INCARNATION}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
local former = redis.call('HMGET', KEYS[1], 'epoch', 'incarnation', 'life')
if former[1] then redis.call('UNLINK', ARGV[3] .. former[1] .. ARGV[4]) end
local now = incarnation()
local isLost = former[1] ~= ARGV[5] or former[2] ~= now
local life = isLost and ARGV[2] or former[3] or former[1]
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'incarnation', now, 'life', life)
return 1`,
);
