/** Lua: what was staged once, under its key. Needs `STATE_LIBRARY`. */
export const ONCE_LIBRARY = String.raw`
local MOST_KEYS, KEPT_MS = 100000, 60000

-- The value of what stands under a key now.
local function standing(tenant, key)
  local over = tonumber(call('ZSCORE', prefix .. 'once:' .. tenant, key) or 0)
  return over > now and call('HGET', prefix .. 'once-values:' .. tenant, key) or nil
end

local function dropKeys(tenant, keys)
  if #keys == 0 then return end
  call('ZREM', prefix .. 'once:' .. tenant, unpack(keys))
  call('HDEL', prefix .. 'once-values:' .. tenant, unpack(keys))
end

-- Keys whose time is over go as new ones come, and all of them some time after the last one is over. Beyond their bound
-- the first to end go.
local function keepOnce(tenant, key, value, ms)
  local times, values = prefix .. 'once:' .. tenant, prefix .. 'once-values:' .. tenant
  call('ZADD', times, int(now + ms), key)
  call('HSET', values, key, value)
  dropKeys(tenant, call('ZRANGE', times, '-inf', int(now - KEPT_MS), 'BYSCORE', 'LIMIT', 0, 2))
  if call('ZCARD', times) > MOST_KEYS then dropKeys(tenant, call('ZRANGE', times, 0, 0)) end
  if call('PTTL', times) < ms + KEPT_MS then
    call('PEXPIRE', times, int(ms + KEPT_MS))
    call('PEXPIRE', values, int(ms + KEPT_MS))
  end
end
`;
