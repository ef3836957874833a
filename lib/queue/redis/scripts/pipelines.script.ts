import { defineScript } from '../../../redis/redis-script.js';

/**
 * KEYS[1] prefix
 * Answer  (group, pipeline) …
 */
export const PIPELINES = defineScript(
  'pipelines',
  `#!lua flags=no-writes
return redis.call('HGETALL', KEYS[1] .. 'pipelines')
`,
);
