import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Claims the opening of the next epoch, or keeps a claim. A courtesy, so that a lost arbiter is opened anew once and not
 * by all at the same time.
 *
 * KEYS: [1] claim.
 * ARGV: [1] who claims, [2] ms for which it holds.
 *
 * Answers 1 when it is held now.
 */
export const CLAIM_EPOCH = defineScript(
  'claim-epoch',
  `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`,
);
