import { defineScript } from '../../../redis/redis-script.js';
import { LANE_LIBRARY } from './lane-library.js';

/**
 * Lets a parked lane go on: with its head, or after that was put aside or removed.
 *
 * KEYS[1] prefix
 * ARGV    lane, retry | skip | discard, reason, record as JSON
 * Answer  1, or 0 when the lane is not parked
 */
export const RELEASE_LANE = defineScript(
  'release-lane',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
local lane = laneOf(ARGV[1])
if letter(lane.state) ~= 'p' then return 0 end
unpark(lane)
local tries = triesOf(lane)
if ARGV[2] == 'skip' then
  putAside(lane, tries, ARGV[3])
elseif ARGV[2] == 'discard' then
  local entry = call('LPOP', lane.key)
  counted(lane, -1, -#entry)
  tries.delivered = math.max(tries.delivered - 1, 0)
end
tries.failures, tries.outages, tries.limit, tries.suspicion = 0, 0, 0, 0
settle(lane)
record(lane.place.tenant, ARGV[4])
saveAll()
return 1
`,
);
