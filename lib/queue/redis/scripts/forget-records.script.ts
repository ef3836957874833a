import { defineScript } from '../../../redis/redis-script.js';
import { LANE_LIBRARY } from './lane-library.js';

/**
 * Removes what is held of a tenant and what operators did for it, both bounded lists, what was answered, the windows of its
 * lanes, what was staged once, how many of its jobs were dropped, and the mark of `FORGET_LANES`.
 *
 * KEYS[1] prefix
 * ARGV    tenant, name of the whole call
 * Answer  nothing
 */
export const FORGET_RECORDS = defineScript(
  'forget-records',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
local tenant = ARGV[1]
for _, hold in ipairs(call('SMEMBERS', prefix .. 'holds')) do
  local kind, name = string.match(hold, '^(%a) ([^:]*)')
  if name == tenant and (kind == 't' or kind == 'x' or kind == 'y') then call('SREM', prefix .. 'holds', hold) end
end
local actions, own = prefix .. 'actions', tenant .. '\\n'
for i, action in ipairs(call('LRANGE', actions, 0, -1)) do
  if string.sub(action, 1, #own) == own then call('LSET', actions, i - 1, '') end
end
call('LREM', actions, 0, '')
call('UNLINK', prefix .. 'windows:' .. tenant, prefix .. 'once:' .. tenant, prefix .. 'once-values:' .. tenant)
call('HDEL', prefix .. 'count:tenant', tenant .. ' dropped')
call('UNLINK', prefix .. 'answers:' .. tenant, prefix .. 'older-answers:' .. tenant)
call('ZREM', prefix .. 'forgetting', tenant .. ' ' .. ARGV[2])
`,
);
