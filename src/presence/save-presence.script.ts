/**
 * Keeps what became of many shoppers of one partition. It compares versions and writes; what to write was decided by
 * `advance`, outside.
 *
 * What is held of a shopper is a record: 8 bytes of version, 4 bytes of when to look (seconds, big endian),
 * then the state, or nothing more once the shopper is gone.
 *
 * KEYS[1] stream of the partition's changes
 * KEYS[2] hash of its shoppers: id to record
 *
 * ARGV[1] how long the hash is kept after it last got a shopper more, or was swept, ms
 * ARGV[2] length beyond which the stream loses its oldest changes
 * ARGV[3] MessagePack of four arrays: ids; of each the version that must be there, '' for none; of each the record to be
 *         written, its version never used before, '' to remove what is there; and in turn the place of a shopper
 *         among the ids, from 1, and a change of theirs
 *
 * Returns for each shopper 1 (written), 2 (was written by an earlier run of this very call, whose answer was lost), or,
 * where another version is there, the record that is there: a string, '' for nothing.
 */
export const SAVE_PRESENCE = `
local stream, states = KEYS[1], KEYS[2]
local packed = cmsgpack.unpack(ARGV[3])
local ids, expected, records, changes = packed[1], packed[2], packed[3], packed[4]
local there = redis.call('HMGET', states, unpack(ids))
local answers, sets, removals = {}, {}, {}
for place = 1, #ids do
  local record = records[place]
  local held = there[place] or ''
  local version = string.sub(held, 1, 8)
  if version == string.sub(record, 1, 8) then
    answers[place] = 2
  elseif version ~= expected[place] then
    answers[place] = held
  else
    answers[place] = 1
    if record == '' then
      removals[#removals + 1] = ids[place]
    else
      sets[#sets + 1] = ids[place]
      sets[#sets + 1] = record
    end
  end
end
-- The states last: should Redis refuse one of these, the whole is tried again, and a change told twice does less harm
-- than one never told.
for at = 1, #changes, 2 do
  if answers[changes[at]] == 1 then
    redis.call('XADD', stream, 'MAXLEN', '~', ARGV[2], '*', 'change', changes[at + 1])
  end
end
if #removals > 0 then
  redis.call('HDEL', states, unpack(removals))
end
if #sets > 0 and redis.call('HSET', states, unpack(sets)) > 0 then
  redis.call('PEXPIRE', states, ARGV[1])
end
return answers
`;
