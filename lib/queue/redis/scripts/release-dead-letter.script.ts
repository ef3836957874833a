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
local key = prefix .. 'dead:' .. ARGV[1]
local name, entry = unpack(call('HMGET', key, 'lane', 'entry'))
if not name then return 0 end
local lane = laneOf(name)
call('DEL', key)
call('ZREM', prefix .. 'dead-letters:' .. lane.place.group, ARGV[1])
count(lane.place, 'deadLetters', -1)
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
