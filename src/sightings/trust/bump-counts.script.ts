/**
 * Purpose: adds to counts that decay exponentially, so that several processes may count together. What a count means
 * is judged outside. Sent twice it counts twice.
 *
 * KEYS    one string a count: `<value> <as of, ms>`
 * ARGV[1] now, ms
 * ARGV[2…] for each key: what to add, the time after which it has decayed to 1/e, ms
 * Returns the values after it, as strings. A count that nothing is added to ends after twice its time.
 */
export const BUMP_COUNTS = `
local now = tonumber(ARGV[1])
local values = {}
for index = 1, #KEYS do
  local amount, decayMs = tonumber(ARGV[2 * index]), tonumber(ARGV[2 * index + 1])
  local value = 0
  local kept = redis.call('GET', KEYS[index])
  if kept then
    local before, at = string.match(kept, '^(%S+) (%S+)$')
    value = tonumber(before) * math.exp(-math.max(0, now - tonumber(at)) / decayMs)
  end
  values[index] = string.format('%.6f', value + amount)
  redis.call('SET', KEYS[index], values[index] .. ' ' .. ARGV[1], 'PX', 2 * decayMs)
end
return values
`;
