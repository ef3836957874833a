/**
 * Lua: keeps what handlers answered, and tells those who wait. It needs `answersKeptMs` and `mostAnswers`.
 *
 * The answers of a tenant are two generations: the current one is retired when it has as many answers as are to be kept
 * at least, or is as old as they are to be kept at least, and replaces the one that was retired before. So an answer
 * stays between once and twice as long as it must, and both generations go by their own time.
 */
export const ANSWER_LIBRARY = String.raw`
local answered = {}

-- Takes n pairs of id and value from the arguments.
local function answer(tenant, from, n)
  if n == 0 then return end
  local list = answered[tenant] or {}
  answered[tenant] = list
  for i = from, from + 2 * n - 1 do list[#list + 1] = ARGV[i] end
end

local function retire(tenant)
  call('UNLINK', prefix .. 'older-answers:' .. tenant)
  call('RENAME', prefix .. 'answers:' .. tenant, prefix .. 'older-answers:' .. tenant)
end

local function saveAnswers()
  for tenant, list in pairs(answered) do
    local key = prefix .. 'answers:' .. tenant
    local left = call('PTTL', key)
    if left >= 0 and left < answersKeptMs then
      retire(tenant)
      left = -2
    end
    -- A key that holds something else costs its tenant the answers, and nobody anything more.
    if type(pcall('HSET', key, unpack(list))) == 'number' then
      if left < 0 then call('PEXPIRE', key, int(2 * answersKeptMs)) end
      if call('HLEN', key) >= mostAnswers then retire(tenant) end
      local names = {}
      for i = 1, #list, 2 do names[#names + 1] = tenant .. ':' .. list[i] end
      call('PUBLISH', prefix .. 'answered', table.concat(names, ' '))
    end
  end
end
`;
