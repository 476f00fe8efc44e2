import {
  fnv1a,
  MINUTE_MS,
  SECOND_MS,
  type BeaconId,
  type Instant,
  type ShopperId,
} from '../../shared/index.js';

/** Identities are spread over so many hashes, so that a cluster spreads them too. */
export const SHARDS = 64;

/** Backstop for a change that was made while Redis could not be told and whose process then died. */
export const KNOWN_MS = 10 * MINUTE_MS;
/** A stranger's beacon is not asked of Postgres again for so long. */
export const STRANGER_MS = 3 * SECOND_MS;
/** An answer of Postgres older than this is not written to Redis: a change may have come in between. */
export const FILL_WITHIN_MS = SECOND_MS;
/**
 * After a change Postgres alone is asked for so long. Longer than the last stranger's marker that a slow reader
 * may still write lives (1 s + 3 s) and a process believes it (5 s).
 */
export const HELD_MS = 10 * SECOND_MS;

/** What Redis says of a beacon. `held`: it is changing, ask Postgres. */
export type Entry = { kind: 'known'; shopperId: ShopperId } | { kind: 'held' } | { kind: 'unknown' };

export function shardOf(beaconId: BeaconId): number {
  return fnv1a(beaconId) % SHARDS;
}

/** A field of the hash: until when it counts, then whose it is; `?` in place of a shopper (no id has it) holds. */
export function knownField(shopperId: ShopperId, now: Instant): string {
  return `${now + KNOWN_MS} ${shopperId}`;
}

export function heldField(now: Instant): string {
  return `${now + HELD_MS} ?`;
}

export function readField(field: string | null | undefined, now: Instant): Entry {
  const [until = '0', whose = ''] = (field ?? '').split(' ');
  if (whose === '' || Number(until) <= now) return { kind: 'unknown' };
  return whose === '?' ? { kind: 'held' } : { kind: 'known', shopperId: whose as ShopperId };
}
