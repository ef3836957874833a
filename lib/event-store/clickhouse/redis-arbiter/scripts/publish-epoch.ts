import { INCARNATION } from '../../../../redis/incarnation.js';
import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Begins an epoch in this life of the server. It takes the claim with it: so an epoch can be published once only, and
 * never again on a server that has forgotten what was reserved in it. The reservations of the former epoch end.
 *
 * KEYS: [1] epoch, [2] claim.
 * ARGV: [1] who claims, [2] epoch, [3] and [4] what stands before and after an epoch in the name of its reservations.
 *
 * Answers 1, or 0 when the claim is lost.
 */
export const PUBLISH_EPOCH = defineScript(
  'publish-epoch',
  `${INCARNATION}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
local former = redis.call('HGET', KEYS[1], 'epoch')
if former then redis.call('UNLINK', ARGV[3] .. former .. ARGV[4]) end
redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'incarnation', incarnation())
return 1`,
);
