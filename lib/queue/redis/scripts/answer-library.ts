/**
 * Lua: keeps what handlers answered, and tells those who wait. It needs the arguments and `lanes` of the exchange.
 *
 * The answers of a tenant are two generations: the current one is retired when it has as many answers as are to be kept
 * at least, or is as old as they are to be kept at least, and replaces the one that was retired before. So an answer
 * stays between once and twice as long as it must, and both generations go by their own time.
 */
export const ANSWER_LIBRARY = String.raw`
local function retire(tenant)
  call('UNLINK', prefix .. 'older-answers:' .. tenant)
  call('RENAME', prefix .. 'answers:' .. tenant, prefix .. 'older-answers:' .. tenant)
end

-- Takes pairs of id and value, one after the other.
local function saveAnswers(tenant, list, keptMs, most)
  local key = prefix .. 'answers:' .. tenant
  local left = call('PTTL', key)
  if left >= 0 and left < keptMs then
    retire(tenant)
    left = -2
  end
  -- A key that holds something else costs its tenant the answers, and nobody anything more.
  if type(pcall('HSET', key, unpack(list))) == 'table' then return end
  if left < 0 then call('PEXPIRE', key, int(2 * keptMs)) end
  if call('HLEN', key) >= most then retire(tenant) end
  local names = {}
  for i = 1, #list, 2 do names[#names + 1] = tenant .. ':' .. list[i] end
  call('PUBLISH', prefix .. 'answered', table.concat(names, ' '))
end

-- Keeps the answers of batches that were acknowledged.
local function keepAnswers(acks)
  local batches = takeNumber()
  if batches == 0 then return end
  local keptMs, most, byTenant = takeNumber(), takeNumber(), {}
  for _ = 1, batches do
    local ack, answers = acks[takeNumber()], takeNumber()
    local tenant = lanes[ack.name].place.tenant
    local list = byTenant[tenant] or {}
    if not ack.isLost then
      for i = at, at + 2 * answers - 1 do list[#list + 1] = ARGV[i] end
      byTenant[tenant] = list
    end
    at = at + 2 * answers
  end
  for tenant, list in pairs(byTenant) do saveAnswers(tenant, list, keptMs, most) end
end
`;
