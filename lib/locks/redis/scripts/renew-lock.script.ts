import { defineScript } from '../../../redis/redis-script.js';

/**
 * Prolongs a lock for who holds it.
 *
 * KEYS[1] the lock
 * ARGV    `<owner> <token>`, leaseMs
 * Answer  1, or 0 when it is another's or gone
 */
export const RENEW_LOCK = defineScript(
  'renew-lock',
  `#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`,
);
