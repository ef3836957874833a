import { defineScript } from '../../../redis/redis-script.js';
import { DETACH_LIBRARY } from './detach-library.js';
import { LANE_LIBRARY } from './lane-library.js';

/**
 * Lets a lane go on that is parked, or that fails and does not run: with its head, or after that was put aside or removed.
 *
 * KEYS[1] prefix
 * ARGV    lane, retry | skip | discard, reason, record as JSON
 * Answer  1, or 0 when the lane is neither
 */
export const RELEASE_LANE = defineScript(
  'release-lane',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
${DETACH_LIBRARY}
local lane = laneOf(ARGV[1])
local tries = triesOf(lane)
if letter(lane.state) == 'l' or not (letter(lane.state) == 'p' or hasFailed(tries)) then return 0 end
detach(lane)
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
