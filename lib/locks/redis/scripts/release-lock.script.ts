import { defineScript } from '../../../redis/redis-script.js';

/**
 * Lets go of a lock, for who holds it.
 *
 * KEYS[1] the lock
 * ARGV    `<owner> <token>`
 * Answer  1, or 0 when it is another's or gone
 */
export const RELEASE_LOCK = defineScript(
  'release-lock',
  `#!lua flags=allow-oom
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`,
);
