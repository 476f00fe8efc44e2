import { SECOND_MS } from '../shared/index.js';
import type { Instant } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import type { StoreLayout } from '../stores/index.js';
import type { PresenceParameters } from './parameters.js';
import type { Bucket, HeardAnchor } from './state.js';

/** RSSI at one metre where none is known; what iBeacon stacks assume too. */
const USUAL_POWER_DBM = -59;

export type Levels = ReadonlyMap<string, number>;

export function secondOf(instant: Instant): number {
  return Math.floor(instant / SECOND_MS);
}

/** The fixed end of a sighting as a key: gateways and beacons may share ids. */
export function anchorKeyOf(anchor: Sighting['anchor']): string {
  return anchor.kind === 'gateway' ? `g:${anchor.gatewayId}` : `b:${anchor.beaconId}`;
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
  return Math.round(rssiDbm - usable + USUAL_POWER_DBM);
}

/** Adds one level to an anchor's bucket of that second. Sums and counts: order does not matter. Changes `anchors`. */
export function pour(anchors: HeardAnchor[], key: string, second: number, level: number): void {
  let anchor = anchors.find((known) => known.key === key);
  if (anchor === undefined) {
    anchor = { key, buckets: [] };
    anchors.push(anchor);
  }
  const bucket = anchor.buckets.find((known) => known.second === second);
  if (bucket !== undefined) {
    bucket.sum += level;
    bucket.count += 1;
    return;
  }
  const later = anchor.buckets.findIndex((known) => known.second > second);
  anchor.buckets.splice(later < 0 ? anchor.buckets.length : later, 0, { second, sum: level, count: 1 });
}

/** The seconds in [from, until) in which any anchor heard something, ascending. */
export function heardSeconds(anchors: readonly HeardAnchor[], from: number, until: number): number[] {
  const seconds = new Set<number>();
  for (const { buckets } of anchors) {
    for (const { second } of buckets) if (second >= from && second < until) seconds.add(second);
  }
  return [...seconds].sort((a, b) => a - b);
}

/** Mean level per anchor over the window that ends with `second`, every heard second weighing the same. */
export function meanLevels(anchors: readonly HeardAnchor[], second: number, windowSeconds: number): Levels {
  const levels = new Map<string, number>();
  for (const { key, buckets } of anchors) {
    let sum = 0;
    let count = 0;
    for (const bucket of buckets) {
      if (bucket.second > second || bucket.second <= second - windowSeconds) continue;
      sum += meanOf(bucket);
      count += 1;
    }
    if (count > 0) levels.set(key, sum / count);
  }
  return levels;
}

/** Level per anchor at `second`: its last one, as long as that is not older than `holdSeconds`. */
export function latestLevels(anchors: readonly HeardAnchor[], second: number, holdSeconds: number): Levels {
  const levels = new Map<string, number>();
  for (const { key, buckets } of anchors) {
    const last = buckets.findLast((bucket) => bucket.second <= second);
    if (last !== undefined && second - last.second <= holdSeconds) levels.set(key, meanOf(last));
  }
  return levels;
}

/**
 * What is still worth keeping once all before `openSecond` is decided: open seconds whole; of the decided ones the
 * window while a first zone is sought, else each anchor's last; of more anchors than allowed the strongest.
 */
export function prune(
  anchors: readonly HeardAnchor[],
  openSecond: number,
  hasZone: boolean,
  parameters: PresenceParameters,
): HeardAnchor[] {
  const oldest = openSecond - parameters.windowSeconds;
  const kept: HeardAnchor[] = [];
  for (const { key, buckets } of anchors) {
    const lastDecided = buckets.findLastIndex((bucket) => bucket.second < openSecond);
    const worth = buckets.filter(
      ({ second }, index) =>
        second >= openSecond || (second >= oldest && (!hasZone || index === lastDecided)),
    );
    if (worth.length > 0) kept.push({ key, buckets: worth });
  }
  if (kept.length <= parameters.anchorsKept) return kept;
  // Judged by decided seconds only, so that what is kept does not depend on the order of the open ones.
  const levels = latestLevels(kept, openSecond - 1, parameters.windowSeconds);
  const strength = ({ key }: HeardAnchor): number => levels.get(key) ?? parameters.floorDbm;
  const ranked = [...kept].sort((a, b) => strength(b) - strength(a) || (a.key < b.key ? -1 : 1));
  return [
    ...ranked.slice(0, parameters.anchorsKept),
    ...ranked
      .slice(parameters.anchorsKept)
      .map(({ key, buckets }) => ({ key, buckets: buckets.filter(({ second }) => second >= openSecond) }))
      .filter(({ buckets }) => buckets.length > 0),
  ];
}

function meanOf({ sum, count }: Bucket): number {
  return sum / count;
}
