import { defineScript } from '../../../redis/redis-script.js';
import { LANE_LIBRARY } from './lane-library.js';

/**
 * Pauses or resumes a component, a pipeline, a tenant, or one of the first two for one tenant. Nothing is moved: who claims passes it over.
 *
 * KEYS[1] prefix
 * ARGV    pause | resume, the hold as it stands in the set, its tenant or '', record as JSON
 * Answer  1, or 0 when nothing changed
 */
export const HOLD = defineScript(
  'hold',
  `#!lua flags=allow-oom
${LANE_LIBRARY}
if call(ARGV[1] == 'pause' and 'SADD' or 'SREM', prefix .. 'holds', ARGV[2]) == 0 then return 0 end
record(ARGV[3], ARGV[4])
if ARGV[1] == 'resume' then
  for _, group in ipairs(call('SUNION', prefix .. 'active', prefix .. 'suspected')) do wake(group) end
end
return 1
`,
);
