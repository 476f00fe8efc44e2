import { SECOND_MS } from '../../shared/index.js';
import type { Learned, Sum } from './calibration.rules.js';

/**
 * So often what passers-by tell comes into the map. A new store's gets better with every minute of traffic; nobody notices
 * the difference within one.
 */
export const LEARNED_EVERY_MS = 30 * SECOND_MS;
/**
 * With each merge what is known counts for this much: what was learned while levels were still wrong fades, and a gateway
 * that was hung anew is known again within an hour of traffic.
 */
const KEPT_SHARE = 0.98;
/** Less than this says nothing any more. */
const LEAST_SECONDS = 0.01;
const NUMBERS = 3;
const DOUBLE = 8;

/** Known and newly learned together; sums of another numbering of the anchors are dropped. */
export function merged(known: Learned | undefined, fresh: Learned): Learned {
  const sums = new Map<number, Sum>();
  for (const [key, { weight, totalDb }] of known?.stamp === fresh.stamp ? known.sums : []) {
    if (weight * KEPT_SHARE < LEAST_SECONDS) continue;
    sums.set(key, { weight: weight * KEPT_SHARE, totalDb: totalDb * KEPT_SHARE });
  }
  for (const [key, { weight, totalDb }] of fresh.sums) {
    const sum = sums.get(key) ?? { weight: 0, totalDb: 0 };
    sums.set(key, { weight: sum.weight + weight, totalDb: sum.totalDb + totalDb });
  }
  return { stamp: fresh.stamp, sums };
}

/** Sums as bytes that `sumsFrom` reads again. */
export function sumsBytes({ sums }: Learned): Buffer {
  const bytes = Buffer.alloc(sums.size * NUMBERS * DOUBLE);
  let at = 0;
  for (const [key, { weight, totalDb }] of sums) {
    for (const value of [key, weight, totalDb]) at = bytes.writeDoubleLE(value, at);
  }
  return bytes;
}

export function sumsFrom(bytes: Buffer): Map<number, Sum> {
  const sums = new Map<number, Sum>();
  for (let at = 0; at + NUMBERS * DOUBLE <= bytes.length; at += NUMBERS * DOUBLE) {
    const weight = bytes.readDoubleLE(at + DOUBLE);
    sums.set(bytes.readDoubleLE(at), { weight, totalDb: bytes.readDoubleLE(at + 2 * DOUBLE) });
  }
  return sums;
}
