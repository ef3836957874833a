import { defineScript } from '../../../redis/redis-script.js';
import { LANE_LIBRARY } from './lane-library.js';

/**
 * Removes the dead letters of a tenant, or of all, among the next ones of a group.
 *
 * KEYS[1] prefix
 * ARGV    tenant or '', group, id to begin after, how many to look at
 * Answer  how many were removed, the last id looked at or '' at the end
 */
export const FORGET_DEAD_LETTERS = defineScript(
  'forget-dead-letters',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
local list = prefix .. 'dead-letters:' .. ARGV[2]
local ids = call('ZRANGE', list, '(' .. ARGV[3], '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[4])
local removed = 0
for _, id in ipairs(ids) do
  local name, entry = unpack(call('HMGET', prefix .. 'dead:' .. id, 'lane', 'entry'))
  if ARGV[1] == '' or placeOf(name).tenant == ARGV[1] then
    dropDead(id, { name = name, place = placeOf(name) }, entry)
    removed = removed + 1
  end
end
saveCounts()
return { removed, #ids < tonumber(ARGV[4]) and '' or ids[#ids] }
`,
);
