import { defineScript } from '../../../redis/redis-script.js';
import { DETACH_LIBRARY } from './detach-library.js';
import { LANE_LIBRARY } from './lane-library.js';
import { REMOVAL_LIBRARY } from './removal-library.js';

/**
 * Marks a tenant as being forgotten, takes back what is ready of it, and makes ready what waits: so that calls from
 * cursor to cursor, in rounds until one finds nothing, take back everything. What is leased stays until it ends, or its
 * lease does.
 *
 * KEYS[1] prefix
 * ARGV    tenant, name of the whole call, how long the mark lasts in ms, cursor in the states, from 0
 * Answer  jobs taken back, lanes of the tenant that were found, the next cursor or 0 at the end of a round
 *
 * It runs also when memory is short: it frees some.
 */
export const FORGET_LANES = defineScript(
  'forget-lanes',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
${DETACH_LIBRARY}
${REMOVAL_LIBRARY}
local tenant, marks = ARGV[1], prefix .. 'forgetting'
call('ZREMRANGEBYSCORE', marks, '-inf', '(' .. int(now))
call('ZADD', marks, int(now + ARGV[3]), tenant .. ' ' .. ARGV[2])
for _, group in ipairs(call('SMEMBERS', prefix .. 'active')) do emptyReady(group, tenant) end
local cursor = prepareLanes(ARGV[4], function(name) return string.sub(name, 1, #tenant + 1) == tenant .. ':' end)
saveStates()
saveReady()
saveCounts()
return { jobs, found, cursor }
`,
);
