import { defineScript } from '../../../redis/redis-script.js';

/**
 * Removes what is held of a component, its pipeline, and how many of its jobs were dropped.
 *
 * KEYS[1] prefix
 * ARGV    group
 * Answer  nothing
 */
export const FORGET_COMPONENT_RECORDS = defineScript(
  'forget-component-records',
  `#!lua flags=allow-oom
local prefix, group = KEYS[1], ARGV[1]
for _, hold in ipairs(redis.call('SMEMBERS', prefix .. 'holds')) do
  if hold == 'g ' .. group or string.match(hold, '^x [^:]*:(.*)$') == group then
    redis.call('SREM', prefix .. 'holds', hold)
  end
end
redis.call('HDEL', prefix .. 'pipelines', group)
redis.call('HDEL', prefix .. 'count:group', group .. ' dropped')
`,
);
