/** Lua: what operators are told of the state of a lane. It needs `prefix`. */
export const STATUS_LIBRARY = String.raw`
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- The letter of its state, and h for one that is ready where its component is switched off for its tenant.
local function statusOf(lane, state)
  local letter = string.sub(state, 1, 1)
  if letter ~= 'r' and letter ~= 's' then return letter end
  local tenant, group = string.match(lane, '^([^:]*):([^:]*:[^:]*)')
  local off = tonumber(redis.call('ZSCORE', prefix .. 'off', group .. ' ' .. tenant) or 0)
  return off > now and 'h' or letter
end
`;
