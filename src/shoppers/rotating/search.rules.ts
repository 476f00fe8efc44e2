import { SECOND_MS, type BeaconId, type Instant } from '../../shared/index.js';
import { encryptedBetween, windowAt, type EphemeralIdentity } from './eid.rules.js';

/** A beacon keeps its clock through a loss of power as it was saved last: once a day. */
export const REACH_SECONDS = 86_400;

const BLOCK_BYTES = 16;
const HALF_BYTES = 4;

/** Identifiers that are looked for, by their first 32 bits. */
export type Sought = ReadonlyMap<number, readonly BeaconId[]>;

export interface Found {
  eid: BeaconId;
  window: number;
}

export function sought(eids: Iterable<BeaconId>): Sought {
  const byHead = new Map<number, BeaconId[]>();
  for (const eid of eids) {
    const head = Number.parseInt(eid.slice('eid:'.length, 'eid:'.length + 2 * HALF_BYTES), 16);
    byHead.set(head, [...(byHead.get(head) ?? []), eid]);
  }
  return byHead;
}

/** Blocks of AES that looking through one key takes. */
export function blocksToSearch(rotationExponent: number): number {
  return 2 * Math.ceil(REACH_SECONDS / 2 ** rotationExponent) + 1;
}

/**
 * Looks whether one of the identifiers is this key's within a day before and after what its clock is believed to show.
 *
 * @param clockOffsetSeconds what the beacon's clock is believed to show more than Unix time
 */
export function searchKey(
  identity: EphemeralIdentity,
  eids: Sought,
  { now, clockOffsetSeconds }: { now: Instant; clockOffsetSeconds: number },
): Found | undefined {
  const at = Math.floor(now / SECOND_MS) + clockOffsetSeconds;
  const first = windowAt(at - REACH_SECONDS, identity.rotationExponent);
  const last = windowAt(at + REACH_SECONDS, identity.rotationExponent);
  for (const { firstWindow, blocks } of encryptedBetween(identity, first, last)) {
    for (let start = 0; start < blocks.length; start += BLOCK_BYTES) {
      const alike = eids.get(blocks.readUInt32BE(start));
      if (alike === undefined) continue;
      const eid = `eid:${blocks.toString('hex', start, start + 2 * HALF_BYTES)}` as BeaconId;
      if (alike.includes(eid)) return { eid, window: firstWindow + start / BLOCK_BYTES };
    }
  }
  return undefined;
}

/** What the clock of a beacon shows more than Unix time when it has just been heard in the middle of `window`. */
export function offsetOf(window: number, rotationExponent: number, now: Instant): number {
  return Math.round((window + 0.5) * 2 ** rotationExponent - now / SECOND_MS);
}
