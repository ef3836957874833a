/** Lua: takes back what dead workers held. */
export const TAKE_BACK_LIBRARY = String.raw`
local MAX_DUE, LOST_WORKERS_TO_PARK = 64, 3

local function head(key)
  return tonumber(call('ZRANGE', prefix .. key, 0, 0, 'WITHSCORES')[2])
end
local function over(key)
  return call('ZRANGE', prefix .. key, '-inf', int(now), 'BYSCORE', 'LIMIT', 0, MAX_DUE)
end

-- A worker died: which of its lanes was to blame is seen when each runs as the only suspect of a worker.
local function takeBack(lane)
  local _, entries, _, suspect = leaseOf(lane)
  local tries = triesOf(lane)
  tries.delivered = math.max(tries.delivered, entries)
  if suspect == 's' then
    tries.suspicion = tries.suspicion + 1
  else
    tries.suspicion = suspect == 'u' and tries.suspicion or 1
  end
  if tries.suspicion > LOST_WORKERS_TO_PARK then
    remember(lane, cjson.encode({ error = 'Its workers died while it ran as their only suspect.', at = now }))
    park(lane)
  else
    makeSuspect(lane)
  end
end
`;
