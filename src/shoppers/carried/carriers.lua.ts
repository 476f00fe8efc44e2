/**
 * Purpose: writes down who carries which beacon, as Postgres said, except where a beacon is held because it is
 * changing: what Postgres said may then be of before the change. Sent twice it does the same.
 *
 * KEYS  1 a shard's hash of identities
 * ARGV  1 now, ms; then pairs of beaconId and field (`<until ms> <shopperId>`)
 * Returns how many were written.
 */
export const FILL = `
local now = tonumber(ARGV[1])
local written = 0
for index = 2, #ARGV, 2 do
  local field = redis.call('HGET', KEYS[1], ARGV[index])
  local held = field and string.sub(field, -2) == ' ?' and tonumber(string.sub(field, 1, -3)) > now
  if not held then
    redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1])
    written = written + 1
  end
end
return written
`;
