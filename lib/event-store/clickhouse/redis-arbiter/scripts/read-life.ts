import { INCARNATION } from '../../../../redis/incarnation.js';
import { defineScript } from '../../../../redis/redis-script.js';

/**
 * Names the life of what Redis knows of this log, its list of undispatched streams included: the first epoch that was
 * opened in it. An epoch that is opened although none was lost is of the same life.
 *
 * KEYS: [1] epoch.
 *
 * Answers it as text, empty when there is none in this life of the server.
 */
export const READ_LIFE = defineScript(
  'read-life',
  `${INCARNATION}
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'incarnation', 'life')
if not stored[1] or stored[2] ~= incarnation() then return '' end
return stored[3] or stored[1]`,
);
