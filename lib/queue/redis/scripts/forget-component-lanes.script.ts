import { defineScript } from '../../../redis/redis-script.js';
import { DETACH_LIBRARY } from './detach-library.js';
import { LANE_LIBRARY } from './lane-library.js';
import { REMOVAL_LIBRARY } from './removal-library.js';

/**
 * Takes back what is ready of a component, and makes ready what waits: so that calls from cursor to cursor, in rounds
 * until one finds nothing, take back everything. What is leased stays until it ends, or its lease does.
 *
 * KEYS[1] prefix
 * ARGV    group, cursor in the states, from 0
 * Answer  jobs taken back, lanes of the component that were found, the next cursor or 0 at the end of a round
 *
 * It runs also when memory is short: it frees some.
 */
export const FORGET_COMPONENT_LANES = defineScript(
  'forget-component-lanes',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
${DETACH_LIBRARY}
${REMOVAL_LIBRARY}
local group = ARGV[1]
for _, tenant in ipairs(call('LRANGE', prefix .. 'ring:' .. group, 0, MAX_LANES - 1)) do
  if isSpent() then break end
  emptyReady(group, tenant)
end
local cursor = prepareLanes(ARGV[2], function(name) return placeOf(name).group == group end)
saveStates()
saveReady()
saveCounts()
return { jobs, found, cursor }
`,
);
