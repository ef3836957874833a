/**
 * Lua: the function `incarnation()`, which names one life of the memory of this server. It is asked inside the script,
 * so no proxy and no reconnection can stand between the question and the work.
 *
 * A restart changes the run id. A fail-over changes the replication id even where it ends on the server that it began
 * on: that one took the memory of another server in between, which may lack its last writes.
 */
export const INCARNATION = `
local function incarnation()
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
  local replication = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
  return run .. ':' .. (replication or '')
end
`;
