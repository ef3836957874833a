import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Makes a stream unknown, unless a batch has it reserved.
 *
 * KEYS: [1] open reservations, [2] the stream.
 * ARGV: [1] its field.
 */
export const FORGET_STREAM = defineScript(
  'forget-stream',
  `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then redis.call('DEL', KEYS[2]) end
return 1`,
);
