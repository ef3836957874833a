import { defineScript } from '../../../redis/redis-script.js';
import { LANE_LIBRARY } from './lane-library.js';

/**
 * Puts a dead letter back at the end of its lane, or removes it.
 *
 * KEYS[1] prefix
 * ARGV    id, retry | discard, record as JSON
 * Answer  1, or 0 when there is none
 */
export const RELEASE_DEAD_LETTER = defineScript(
  'release-dead-letter',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
local name, entry = unpack(call('HMGET', prefix .. 'dead:' .. ARGV[1], 'lane', 'entry'))
if not name then return 0 end
local lane = laneOf(name)
dropDead(ARGV[1], lane, entry)
if ARGV[2] == 'retry' then
  -- It has waited enough.
  if string.byte(entry) == 68 then entry = string.match(entry, '^[^\\n]*\\n(.*)$') end
  add(lane, { entry })
end
record(lane.place.tenant, ARGV[3])
saveAll()
return 1
`,
);
