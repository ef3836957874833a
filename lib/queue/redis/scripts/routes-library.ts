/**
 * Lua: stands before each script that changes routes. Forgets first those whose time is over; `saveRevision` ends it.
 *
 * The revision is made of the routes themselves, so it differs whenever they do, and is the same again when they are,
 * also after the server has lost everything.
 */
export const ROUTES_LIBRARY = String.raw`
local call = redis.call
local routes, revision, since = KEYS[1] .. 'routes', KEYS[1] .. 'routes-revision', KEYS[1] .. 'routes-since'
local clock = call('TIME')
local micros = clock[1] * 1000000 + clock[2]
local now = math.floor(micros / 1000)

local function int(number)
  return string.format('%.0f', number)
end

for _, route in ipairs(call('ZRANGE', routes, '-inf', int(now), 'BYSCORE')) do
  call('ZREM', routes, route)
  call('HDEL', since, route)
end

local function saveRevision()
  local live = call('ZRANGE', routes, 0, -1)
  local name = ''
  if #live > 0 then
    table.sort(live)
    name = redis.sha1hex(table.concat(live, '\n'))
    call('SET', revision, name)
  else
    call('DEL', revision)
  end
  return { name, live, #live > 0 and call('HMGET', since, unpack(live)) or {} }
end
`;
