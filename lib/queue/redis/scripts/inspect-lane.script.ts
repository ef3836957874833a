import { defineScript } from '../../../redis/redis-script.js';
import { STATUS_LIBRARY } from './status-library.js';

/**
 * KEYS[1] prefix
 * ARGV    lane, how many entries
 * Answer  letter of its state or '', size, tries or '', errors as a JSON array, entry …
 */
export const INSPECT_LANE = defineScript(
  'inspect-lane',
  `#!lua flags=no-writes
local prefix, lane = KEYS[1], ARGV[1]
${STATUS_LIBRARY}
local errors = redis.call('LRANGE', prefix .. 'errors:' .. lane, 0, -1)
return {
  statusOf(lane, redis.call('HGET', prefix .. 'state', lane) or ''),
  redis.call('LLEN', prefix .. 'lane:' .. lane),
  redis.call('HGET', prefix .. 'tries', lane) or '',
  '[' .. table.concat(errors, ',') .. ']',
  unpack(redis.call('LRANGE', prefix .. 'lane:' .. lane, 0, ARGV[2] - 1)),
}
`,
);
