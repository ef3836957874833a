import { INCARNATION } from '../../../../redis/incarnation.js';
import { defineScript } from '../../../../redis/redis-script.js';

/**
 * The epoch of this life of the server.
 *
 * KEYS: [1] epoch.
 *
 * Answers it as text, empty when there is none.
 */
export const READ_EPOCH = defineScript(
  'read-epoch',
  `${INCARNATION}
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'incarnation')
return stored[2] == incarnation() and stored[1] or ''`,
);
