import { INCARNATION } from '../../../redis/incarnation.js';
import { defineScript } from '../../../redis/redis-script.js';

/**
 * Names the life of the server's memory, and leaves a mark in it, so that it is another one when the server was emptied.
 *
 * KEYS[1] prefix
 * ARGV    the mark to leave where there is none
 * Answer  the life
 *
 * With `allow-oom` it can be asked also when memory is short; the mark is small.
 */
export const LIFE = defineScript(
  'life',
  `#!lua flags=allow-oom
${INCARNATION}
local key = KEYS[1] .. 'life'
redis.call('SET', key, ARGV[1], 'NX')
return incarnation() .. ':' .. redis.call('GET', key)
`,
);
