import { SECOND_MS } from '../shared/index.js';
import type { Instant } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import type { StoreLayout } from '../stores/index.js';
import type { PresenceParameters } from './parameters.js';
import { beaconKey, gatewayKey } from './location/geometry.rules.js';
import { BUCKET_SIZE, faintestAt, loudestAt, secondAt } from './state.js';
import type { Buckets, HeardAnchor } from './state.js';

/** RSSI at one metre where none is known; what iBeacon stacks assume too. */
const USUAL_POWER_DBM = -59;
/** What fits a byte, and more than any radio hears. */
const LOUDEST_DBM = -1;
const WEAKEST_DBM = -127;

/** Level by anchor number. */
export type Levels = ReadonlyMap<number, number>;

export function secondOf(instant: Instant): number {
  return Math.floor(instant / SECOND_MS);
}

/** The fixed end of a sighting, as `Geometry` knows it. */
export function anchorKeyOf(anchor: Sighting['anchor']): string {
  return anchor.kind === 'gateway' ? gatewayKey(anchor.gatewayId) : beaconKey(anchor.beaconId);
}

/**
 * RSSI made comparable between anchors, in whole dBm (noise is far above the rounding). Store beacons send with
 * differing power, so theirs counts as if sent with the usual one. A carried beacon's own power is the same at
 * every gateway and is left alone: some formats report it and some do not.
 */
export function levelOf(sighting: Sighting, layout: StoreLayout): number {
  const { anchor, rssiDbm } = sighting;
  const power =
    anchor.kind === 'gateway'
      ? layout.gateways.get(anchor.gatewayId)?.measuredPowerDbm
      : (layout.beacons.get(anchor.beaconId)?.measuredPowerDbm ?? sighting.measuredPowerDbm);
  const usable = power !== undefined && power < 0 ? power : USUAL_POWER_DBM;
  return Math.min(LOUDEST_DBM, Math.max(WEAKEST_DBM, Math.round(rssiDbm - usable + USUAL_POWER_DBM)));
}

/** Adds one level to an anchor's bucket of that second. Order and repetition do not matter. Changes `anchors`. */
export function pour(anchors: HeardAnchor[], anchor: number, second: number, level: number): void {
  const known = anchors.findIndex((each) => each.anchor === anchor);
  const heard = anchors[known];
  if (heard === undefined) anchors.push({ anchor, buckets: [second, level, level] });
  else anchors[known] = { anchor, buckets: withLevel(heard.buckets, second, level) };
}

function withLevel(buckets: Buckets, second: number, level: number): Buckets {
  const at = firstFrom(buckets, second);
  if (secondAt(buckets, at) !== second) return buckets.toSpliced(at, 0, second, level, level);
  const loudest = Math.max(level, loudestAt(buckets, at));
  const faintest = Math.min(level, faintestAt(buckets, at));
  return buckets.toSpliced(at, BUCKET_SIZE, second, loudest, faintest);
}

/** The seconds in [from, until) in which any anchor heard something, ascending. */
export function heardSeconds(
  anchors: readonly Pick<HeardAnchor, 'buckets'>[],
  from: number,
  until: number,
): number[] {
  const seconds: number[] = [];
  let isSorted = true;
  for (const { buckets } of anchors) {
    for (let at = firstFrom(buckets, from); at < buckets.length; at += BUCKET_SIZE) {
      const second = secondAt(buckets, at);
      if (second >= until) break;
      if (seconds.includes(second)) continue;
      isSorted &&= second > (seconds.at(-1) ?? -Infinity);
      seconds.push(second);
    }
  }
  return isSorted ? seconds : seconds.sort((a, b) => a - b);
}

/** Mean level per anchor from one second to another, both included, every heard second weighing the same. */
export function meanLevels(anchors: readonly HeardAnchor[], from: number, to: number): Levels {
  const levels = new Map<number, number>();
  for (const { anchor, buckets } of anchors) {
    let sum = 0;
    let count = 0;
    for (let at = firstFrom(buckets, from); at < buckets.length; at += BUCKET_SIZE) {
      if (secondAt(buckets, at) > to) break;
      sum += meanAt(buckets, at);
      count += 1;
    }
    if (count > 0) levels.set(anchor, sum / count);
  }
  return levels;
}

/** Level per anchor at `second`: its last one, as long as that is not older than `holdSeconds`. */
export function latestLevels(anchors: readonly HeardAnchor[], second: number, holdSeconds: number): Levels {
  const levels = new Map<number, number>();
  for (const { anchor, buckets } of anchors) {
    const last = lastUpTo(buckets, second);
    if (last >= 0 && second - secondAt(buckets, last) <= holdSeconds)
      levels.set(anchor, meanAt(buckets, last));
  }
  return levels;
}

/** Where the last bucket begins whose second is not after `second`; negative: there is none. */
export function lastUpTo(buckets: Buckets, second: number): number {
  return firstFrom(buckets, second + 1) - BUCKET_SIZE;
}

/** The level of the bucket that begins at `index`: the middle between its loudest and its faintest. */
export function meanAt(buckets: Buckets, index: number): number {
  return (loudestAt(buckets, index) + faintestAt(buckets, index)) / 2;
}

/** Where the first bucket begins whose second is not before `second`; the length of all where there is none. */
function firstFrom(buckets: Buckets, second: number): number {
  let at = buckets.length;
  // From the end, since what is asked for is nearly always recent.
  while (at > 0 && secondAt(buckets, at - BUCKET_SIZE) >= second) at -= BUCKET_SIZE;
  return at;
}

/** What was heard after a second. */
export function heardAfter(anchors: readonly HeardAnchor[], second: number): HeardAnchor[] {
  return anchors.flatMap((anchor) => since(anchor, firstFrom(anchor.buckets, second + 1)) ?? []);
}

/** Of somebody in a zone: each anchor's last level before `openSecond` while it is held, and open seconds whole. */
export function stillHeld(
  anchors: readonly HeardAnchor[],
  openSecond: number,
  { holdSeconds }: PresenceParameters,
): HeardAnchor[] {
  return anchors.flatMap((anchor) => {
    const { buckets } = anchor;
    const from = Math.max(firstFrom(buckets, openSecond - holdSeconds), lastUpTo(buckets, openSecond - 1));
    return since(anchor, from) ?? [];
  });
}

/**
 * Of somebody without a zone: what a first zone is sought by. Of more anchors than are allowed only the strongest are
 * remembered for so long, by decided seconds alone: the order of the open ones must not matter.
 */
export function strongest(
  anchors: readonly HeardAnchor[],
  openSecond: number,
  { windowSeconds, holdSeconds, anchorsKept }: PresenceParameters,
): HeardAnchor[] {
  const heard = heardAfter(anchors, openSecond - windowSeconds - 1);
  if (heard.length <= anchorsKept) return heard;
  const levels = latestLevels(heard, openSecond - 1, windowSeconds);
  const strength = ({ anchor }: HeardAnchor): number => levels.get(anchor) ?? -Infinity;
  const ranked = heard.sort((a, b) => strength(b) - strength(a) || a.anchor - b.anchor);
  return [
    ...ranked.slice(0, anchorsKept),
    ...heardAfter(ranked.slice(anchorsKept), openSecond - holdSeconds - 1),
  ];
}

/** The anchor with its buckets from the one on that begins at `index`; undefined where none is left. */
function since(heard: HeardAnchor, index: number): HeardAnchor | undefined {
  if (index === 0) return heard;
  return index < heard.buckets.length
    ? { anchor: heard.anchor, buckets: heard.buckets.slice(index) }
    : undefined;
}
