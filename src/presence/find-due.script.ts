/**
 * Finds who of one partition is due, a part of its shoppers a call. It only reads.
 *
 * KEYS[1] hash of the partition's shoppers, as `SAVE_PRESENCE` writes it
 *
 * ARGV[1] where the last call ended, '0' to begin
 * ARGV[2] now, seconds
 * ARGV[3] about how many shoppers to go through
 *
 * Returns where to go on, '0' at the end, then the ids of those whose time to be looked at has come. Whoever is there from
 * the first call to the last is gone through at least once.
 */
export const FIND_DUE = `
local now = tonumber(ARGV[2])
local part = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[3])
local entries = part[2]
local found = { part[1] }
for at = 1, #entries, 2 do
  if struct.unpack('>I4', entries[at + 1], 9) <= now then
    found[#found + 1] = entries[at]
  end
end
return found
`;
