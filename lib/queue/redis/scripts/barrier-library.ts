/**
 * Lua: barriers stand behind what a lane holds, and pass when that has left it. The hash `barriers` has for a lane its
 * barriers, each with the number of entries before it, the first to pass first: `<id>:<entries> <id>:<entries>`.
 */
export const BARRIER_LIBRARY = String.raw`
local anyBarriers

-- Says which barriers pass when entries have left a lane. Lanes that nobody waits for cost one look a script.
local function passBarriers(lane, entries)
  if anyBarriers == nil then anyBarriers = call('EXISTS', prefix .. 'barriers') == 1 end
  local text = anyBarriers and call('HGET', prefix .. 'barriers', lane.name)
  if not text then return end
  local left, passed = {}, nil
  for id, before in string.gmatch(text, '(%d+):(%d+)') do
    if tonumber(before) > entries then left[#left + 1] = id .. ':' .. int(before - entries) else passed = id end
  end
  if #left > 0 then
    call('HSET', prefix .. 'barriers', lane.name, table.concat(left, ' '))
  else
    call('HDEL', prefix .. 'barriers', lane.name)
  end
  if passed then call('PUBLISH', prefix .. 'passed', lane.name .. ' ' .. passed) end
end
`;
