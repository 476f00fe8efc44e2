/**
 * Purpose: a worker that is at a share goes on holding it. FLUSHALL, or another worker after a long pause, takes the
 * lease away: what was written before may then be gone.
 *
 * KEYS  1 the share's lease
 * ARGV  1 the worker's token; 2 how long to hold on, ms
 * Returns 1, or 0 when the lease is no longer this worker's.
 */
export const RENEW_LEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`;

/**
 * Purpose: says until when a share is written, if its lease was held throughout, and lets it go. Sent twice, the second
 * finds no lease and changes nothing.
 *
 * KEYS  1 the share's lease; 2 what it covers
 * ARGV  1 the worker's token; 2 `<until ms> <due ms>`; 3 how long that is true, ms
 * Returns 1, or 0 when the lease is no longer this worker's.
 */
export const FINISH_SHARE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[1])
return 1
`;
