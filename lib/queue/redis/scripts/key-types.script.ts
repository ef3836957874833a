import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * ARGV    names of keys below it
 * Answer  the type of each, `none` where there is no such key
 */
export const KEY_TYPES = defineScript(
  'key-types',
  `#!lua flags=no-writes
local types = {}
for i, name in ipairs(ARGV) do types[i] = redis.call('TYPE', KEYS[1] .. name).ok end
return types
`,
);
