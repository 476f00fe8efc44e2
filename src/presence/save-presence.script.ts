/**
 * Keeps what became of many shoppers of one partition. It compares versions and writes; what to write was decided by
 * `advance`, outside.
 *
 * KEYS[1]  stream of the partition's changes
 * KEYS[2]  sorted set of its shoppers, by when each must next be looked at
 * KEYS[3…] one key a shopper, in the order of ARGV: `<version>|<text>`, the text empty once the shopper is gone
 *
 * ARGV[1]  how long a state is kept, ms
 * ARGV[2]  how long it is remembered that a shopper is gone, ms
 * ARGV[3]  length beyond which the stream loses its oldest changes
 * ARGV[4…] for each shopper:
 *            id
 *            version that must be there, '' for none
 *            version to be written, never used before
 *            text, '' for gone
 *            when to look next, ms; '' for never, '=' for when it is due already
 *            count of changes, then that many changes
 *
 * Returns for each shopper 1 (written), 2 (was written by an earlier run of this very call, whose answer was lost), or,
 * where another version is there, what is there: a string, '' for nothing.
 */
export const SAVE_PRESENCE = `
local stream, due = KEYS[1], KEYS[2]
local keepMs, goneMs, longest = ARGV[1], ARGV[2], ARGV[3]
local there = redis.call('MGET', unpack(KEYS, 3))
local answers = {}
local at = 4
for shopper = 1, #there do
  local id, expected, version, text, look = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local first = at + 6
  local last = at + 5 + tonumber(ARGV[at + 5])
  at = last + 1
  local held = there[shopper] or ''
  local current = string.match(held, '^[^|]*')
  if current == version then
    answers[shopper] = 2
  elseif current ~= expected then
    answers[shopper] = held
  else
    -- The text last: should Redis refuse one of these, the whole is tried again, and a change told twice does less
    -- harm than one never told.
    for change = first, last do
      redis.call('XADD', stream, 'MAXLEN', '~', longest, '*', 'change', ARGV[change])
    end
    if look == '' then
      redis.call('ZREM', due, id)
    elseif look ~= '=' then
      redis.call('ZADD', due, look, id)
    end
    redis.call('SET', KEYS[shopper + 2], version .. '|' .. text, 'PX', text == '' and goneMs or keepMs)
    answers[shopper] = 1
  end
end
return answers
`;
