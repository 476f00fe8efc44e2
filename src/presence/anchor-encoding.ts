import type { ByteReader, ByteWriter } from './bytes.js';
import { BUCKET_SIZE, faintestAt, loudestAt, secondAt } from './state.js';
import type { Buckets, HeardAnchor } from './state.js';

/**
 * How an anchor's spreads (loudest less faintest level of a second, dB) and seconds are written: one packet a second has
 * none, a few differ by little, and what does not fit the pattern is written bucket by bucket.
 */
const SINGLE = 0;
const NIBBLES = 1;
const BYTES = 2;
const LOOSE = 3;

/** Seconds after the first that have a bit in the header: what is open beside it, and more. */
const FOLLOWING = 5;
const KIND = 0x20;
/** The first bucket is not of the first open second. */
const SHIFTED = 0x80;
const LARGEST_NIBBLE = 15;

/**
 * By anchor: its number; a byte that says which of the next five seconds follow the first bucket (bits 0 to 4), how spreads
 * are written (5 and 6), and whether the first bucket is of another second than the first open one (7), which then comes
 * next; a byte a bucket for the loudest level with its sign turned; spreads.
 */
export function writeAnchor(to: ByteWriter, { anchor, buckets }: HeardAnchor, openSecond: number): void {
  to.unsigned(anchor);
  const first = secondAt(buckets, 0);
  const following = followingOf(buckets, first);
  const kind = following < 0 ? LOOSE : spreadsOf(buckets);
  const shift = first - openSecond;
  to.byte(Math.max(0, following) + kind * KIND + (shift === 0 ? 0 : SHIFTED));
  if (shift !== 0) to.signed(shift);
  if (kind === LOOSE) writeLoose(to, buckets, first);
  else {
    for (let at = 0; at < buckets.length; at += BUCKET_SIZE) to.byte(-loudestAt(buckets, at));
    writeSpreads(to, buckets, kind);
  }
}

/** A bit for each second after the first that has a bucket; -1 where they do not ascend or reach too far. */
function followingOf(buckets: Buckets, first: number): number {
  let bits = 0;
  let last = 0;
  for (let at = BUCKET_SIZE; at < buckets.length; at += BUCKET_SIZE) {
    const after = secondAt(buckets, at) - first;
    if (after <= last || after > FOLLOWING) return -1;
    bits |= 1 << (after - 1);
    last = after;
  }
  return bits;
}

function spreadAt(buckets: Buckets, at: number): number {
  return at < buckets.length ? loudestAt(buckets, at) - faintestAt(buckets, at) : 0;
}

function spreadsOf(buckets: Buckets): number {
  let largest = 0;
  for (let at = 0; at < buckets.length; at += BUCKET_SIZE) largest = Math.max(largest, spreadAt(buckets, at));
  return largest === 0 ? SINGLE : largest <= LARGEST_NIBBLE ? NIBBLES : BYTES;
}

function writeSpreads(to: ByteWriter, buckets: Buckets, kind: number): void {
  if (kind === SINGLE) return;
  const step = kind === NIBBLES ? 2 * BUCKET_SIZE : BUCKET_SIZE;
  for (let at = 0; at < buckets.length; at += step) {
    const next = kind === NIBBLES ? spreadAt(buckets, at + BUCKET_SIZE) << 4 : 0;
    to.byte(spreadAt(buckets, at) | next);
  }
}

function writeLoose(to: ByteWriter, buckets: Buckets, first: number): void {
  to.unsigned(buckets.length / BUCKET_SIZE);
  for (let at = 0; at < buckets.length; at += BUCKET_SIZE) {
    to.signed(secondAt(buckets, at) - first);
    to.byte(-loudestAt(buckets, at));
    to.byte(spreadAt(buckets, at));
  }
}

/** Reads what `writeAnchor` wrote. */
export function readAnchor(from: ByteReader, openSecond: number): HeardAnchor {
  const anchor = from.unsigned();
  const header = from.byte();
  const first = openSecond + (header >= SHIFTED ? from.signed() : 0);
  const kind = Math.floor(header / KIND) % 4;
  return { anchor, buckets: kind === LOOSE ? readLoose(from, first) : readRow(from, first, header, kind) };
}

function readRow(from: ByteReader, first: number, header: number, kind: number): Buckets {
  const buckets: number[] = [];
  for (let after = 0; after <= FOLLOWING; after += 1) {
    if (after > 0 && (header & (1 << (after - 1))) === 0) continue;
    const loudest = -from.byte();
    buckets.push(first + after, loudest, loudest);
  }
  if (kind === SINGLE) return buckets;
  let byte = 0;
  for (let at = 0; at < buckets.length; at += BUCKET_SIZE) {
    const isNext = kind === NIBBLES && at % (2 * BUCKET_SIZE) !== 0;
    byte = isNext ? byte >> 4 : from.byte();
    const spread = kind === NIBBLES ? byte & LARGEST_NIBBLE : byte;
    buckets[at + 2] = loudestAt(buckets, at) - spread;
  }
  return buckets;
}

function readLoose(from: ByteReader, first: number): Buckets {
  const buckets: number[] = [];
  for (let left = from.unsigned(); left > 0; left -= 1) {
    const second = first + from.signed();
    const loudest = -from.byte();
    buckets.push(second, loudest, loudest - from.byte());
  }
  return buckets;
}
