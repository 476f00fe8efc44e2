import type { ZoneId } from '../shared/index.js';
import { several, type ByteReader, type ByteWriter } from './bytes.js';
import type { Track } from './location/track.rules.js';
import type { Competition } from './state.js';

/** Each zone once; others refer to it by place, 0 for none. */
export class ZoneList {
  readonly #zones: ZoneId[] = [];

  addAllOf({ zoneId, left, evidence }: Competition): void {
    this.add(zoneId);
    this.add(left?.zoneId);
    for (const challenger of evidence) this.add(challenger.zoneId);
  }

  add(zoneId: ZoneId | undefined): void {
    if (zoneId !== undefined && !this.#zones.includes(zoneId)) this.#zones.push(zoneId);
  }

  write(to: ByteWriter): void {
    to.unsigned(this.#zones.length);
    for (const zone of this.#zones) to.text(zone);
  }

  placeOf(zoneId: ZoneId | undefined): number {
    return zoneId === undefined ? 0 : this.#zones.indexOf(zoneId) + 1;
  }
}

/** The zone at a place that `ZoneList` gave. */
export function zoneAt(zones: readonly ZoneId[], place: number): ZoneId | undefined {
  return zones[place - 1];
}

export function writeCompetition(
  to: ByteWriter,
  { zoneId, left, evidence, track }: Competition,
  openSecond: number,
  zones: ZoneList,
): void {
  to.unsigned(zones.placeOf(zoneId));
  to.unsigned(zones.placeOf(left?.zoneId));
  if (left !== undefined) to.signed(openSecond - left.second);
  to.unsigned(evidence.length);
  for (const challenger of evidence) {
    to.unsigned(zones.placeOf(challenger.zoneId));
    to.unsigned(Math.round(challenger.db * 10));
  }
  to.unsigned(track === undefined ? 0 : 1);
  if (track !== undefined) writeTrack(to, track, openSecond);
}

export function readCompetition(from: ByteReader, openSecond: number, zones: readonly ZoneId[]): Competition {
  const zoneId = zoneAt(zones, from.unsigned());
  const leftZoneId = zoneAt(zones, from.unsigned());
  const left = leftZoneId && { zoneId: leftZoneId, second: openSecond - from.signed() };
  const evidence = several(from, () => ({
    zoneId: zoneAt(zones, from.unsigned()) ?? ('' as ZoneId),
    db: from.unsigned() / 10,
  }));
  const track = from.unsigned() === 0 ? undefined : readTrack(from, openSecond);
  return { zoneId, left, evidence, track };
}

function writeTrack(to: ByteWriter, track: Track, openSecond: number): void {
  to.signed(openSecond - track.second);
  to.signed(track.second - track.locatedAt);
  to.unsigned(track.locatedSeconds);
  to.signed(hundredths(track.x));
  to.signed(hundredths(track.y));
  to.signed(hundredths(track.deviationX));
  to.signed(hundredths(track.deviationY));
  to.signed(hundredths(track.correlation));
  to.signed(hundredths(track.velocityX));
  to.signed(hundredths(track.velocityY));
  to.signed(hundredths(track.velocityDeviationX));
  to.signed(hundredths(track.velocityDeviationY));
  to.signed(Math.round(track.gainX * 1_000));
  to.signed(Math.round(track.gainY * 1_000));
  to.signed(hundredths(track.louderDb));
  to.signed(hundredths(track.louderDeviationDb));
}

function hundredths(value: number): number {
  return Math.round(value * 100);
}

/** In the order of `writeTrack`: the parts of a literal are worked out one after another. */
function readTrack(from: ByteReader, openSecond: number): Track {
  const second = openSecond - from.signed();
  return {
    second,
    locatedAt: second - from.signed(),
    locatedSeconds: from.unsigned(),
    x: from.signed() / 100,
    y: from.signed() / 100,
    deviationX: from.signed() / 100,
    deviationY: from.signed() / 100,
    correlation: from.signed() / 100,
    velocityX: from.signed() / 100,
    velocityY: from.signed() / 100,
    velocityDeviationX: from.signed() / 100,
    velocityDeviationY: from.signed() / 100,
    gainX: from.signed() / 1_000,
    gainY: from.signed() / 1_000,
    louderDb: from.signed() / 100,
    louderDeviationDb: from.signed() / 100,
  };
}
