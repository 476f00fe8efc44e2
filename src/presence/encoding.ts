import type { Instant, ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';
import { ByteReader, ByteWriter } from './bytes.js';
import type { Track } from './location/track.rules.js';
import { BUCKET_SIZE, faintestAt, loudestAt, secondAt } from './state.js';
import type { Buckets, Competition, HeardAnchor, Presence, Stay } from './state.js';

const FORMAT = 2;

/** One for all, since each is filled and emptied in one go. */
const writer = new ByteWriter();

/**
 * A presence as few bytes (some 60 in a store with a radio a zone, 120 where shoppers are located) that `decode` reads
 * again. Times are kept relative to one another, zones by their place in a list, levels as they are. Not in it: whose it
 * is, which the key says, and what can be worked out again.
 */
export function encode(presence: Presence): Buffer {
  const to = writer;
  const { startedAt, openSecond, look } = presence;
  const zones = new ZoneList(presence);
  to.unsigned(FORMAT);
  to.text(presence.storeId);
  to.uuid(presence.visitId);
  to.unsigned(startedAt);
  to.signed(presence.lastHeardAt - startedAt);
  to.signed(openSecond - Math.floor(startedAt / 1_000));
  to.unsigned(presence.pausedMs);
  to.signed(look.at - startedAt);
  to.signed(look.heardUntil - look.at);
  zones.write(to);
  writeStay(to, presence.stay, startedAt, zones);
  writeStay(to, presence.hasty, startedAt, zones);
  writeCompetition(to, presence.competition, openSecond, zones);
  to.unsigned(presence.checkIns.length);
  for (const hash of presence.checkIns) to.unsigned(hash);
  to.unsigned(presence.stamp);
  to.unsigned(presence.anchors.length);
  for (const anchor of presence.anchors) writeAnchor(to, anchor, openSecond);
  return to.taken();
}

/** Reads what `encode` wrote; undefined for any other format, which is then as if the shopper were not known to be here. */
export function decode(bytes: Buffer, shopperId: ShopperId): Presence | undefined {
  if (bytes[0] !== FORMAT) return undefined;
  const from = new ByteReader(bytes);
  from.unsigned();
  const storeId = from.text() as StoreId;
  const visitId = from.uuid() as VisitId;
  const startedAt = from.unsigned();
  const lastHeardAt = startedAt + from.signed();
  const openSecond = Math.floor(startedAt / 1_000) + from.signed();
  const pausedMs = from.unsigned();
  const lookAt = startedAt + from.signed();
  const look = { at: lookAt, heardUntil: lookAt + from.signed() };
  const zones = several(from, () => from.text() as ZoneId);
  const stay = readStay(from, startedAt, zones);
  const hasty = readStay(from, startedAt, zones);
  const competition = readCompetition(from, openSecond, zones);
  const checkIns = several(from, () => from.unsigned());
  const stamp = from.unsigned();
  const anchors = several(from, () => readAnchor(from, openSecond));
  // One literal: spread from two objects, it took five times as long as all the reading.
  return {
    shopperId,
    storeId,
    visitId,
    startedAt,
    lastHeardAt,
    openSecond,
    competition,
    stay,
    hasty,
    anchors,
    stamp,
    played: [],
    checkIns,
    pausedMs,
    look,
  };
}

/** As many as a count before them says. A loop: `Array.from` takes a microsecond, which is half of all the rest. */
function several<Item>(from: ByteReader, read: () => Item): Item[] {
  const items: Item[] = [];
  for (let left = from.unsigned(); left > 0; left -= 1) items.push(read());
  return items;
}

/** Each zone of a presence once; others refer to it by place, 0 for none. */
class ZoneList {
  readonly #zones: ZoneId[] = [];

  constructor({ stay, hasty, competition }: Presence) {
    const { zoneId, left, evidence } = competition;
    this.#add(stay?.zoneId);
    this.#add(hasty?.zoneId);
    this.#add(zoneId);
    this.#add(left?.zoneId);
    for (const challenger of evidence) this.#add(challenger.zoneId);
  }

  #add(zoneId: ZoneId | undefined): void {
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
function zoneAt(zones: readonly ZoneId[], place: number): ZoneId | undefined {
  return zones[place - 1];
}

function writeStay(to: ByteWriter, stay: Stay | undefined, startedAt: Instant, zones: ZoneList): void {
  to.unsigned(zones.placeOf(stay?.zoneId));
  if (stay === undefined) return;
  to.signed(stay.enteredAt - startedAt);
  to.unsigned(stay.dwellTold);
}

function readStay(from: ByteReader, startedAt: Instant, zones: readonly ZoneId[]): Stay | undefined {
  const zoneId = zoneAt(zones, from.unsigned());
  if (zoneId === undefined) return undefined;
  return { zoneId, enteredAt: startedAt + from.signed(), dwellTold: from.unsigned() };
}

function writeCompetition(
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

function readCompetition(from: ByteReader, openSecond: number, zones: readonly ZoneId[]): Competition {
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

/** What a track holds beside its seconds, and in which parts of a unit. */
const TRACK_PARTS = [
  ['x', 100],
  ['y', 100],
  ['deviationX', 100],
  ['deviationY', 100],
  ['correlation', 100],
  ['velocityX', 100],
  ['velocityY', 100],
  ['velocityDeviationX', 100],
  ['velocityDeviationY', 100],
  ['gainX', 1_000],
  ['gainY', 1_000],
  ['louderDb', 100],
  ['louderDeviationDb', 100],
] as const satisfies readonly (readonly [keyof Track, number])[];

function writeTrack(to: ByteWriter, track: Track, openSecond: number): void {
  to.signed(openSecond - track.second);
  to.signed(track.second - track.locatedAt);
  to.unsigned(track.locatedSeconds);
  for (const [part, parts] of TRACK_PARTS) to.signed(Math.round(track[part] * parts));
}

function readTrack(from: ByteReader, openSecond: number): Track {
  const second = openSecond - from.signed();
  const seconds = { second, locatedAt: second - from.signed(), locatedSeconds: from.unsigned() };
  const values = TRACK_PARTS.map(([part, parts]) => [part, from.signed() / parts]);
  return { ...seconds, ...(Object.fromEntries(values) as Omit<Track, keyof typeof seconds>) };
}

/**
 * By anchor: its number, then two bytes a bucket. The first is the loudest level with its sign turned, and whether this is
 * the last bucket; the second says second and spread together, or nought where they are not small and follow by themselves.
 */
function writeAnchor(to: ByteWriter, { anchor, buckets }: HeardAnchor, openSecond: number): void {
  to.unsigned(anchor);
  const last = buckets.length - BUCKET_SIZE;
  for (let at = 0; at <= last; at += BUCKET_SIZE) {
    const loudest = loudestAt(buckets, at);
    const spread = loudest - faintestAt(buckets, at);
    const offset = secondAt(buckets, at) - openSecond;
    to.byte(-loudest + (at === last ? LAST : 0));
    const isSmall = offset >= 0 && offset < OFFSETS && spread < SPREADS;
    to.byte(isSmall ? 1 + offset + OFFSETS * spread : 0);
    if (isSmall) continue;
    to.signed(offset);
    to.unsigned(spread);
  }
}

/** Set in the byte of a level: levels are -1 to -127 dBm. */
const LAST = 0x80;
/** Open seconds are these, and packets of one second seldom differ by more than this many dB. */
const OFFSETS = 5;
const SPREADS = 50;

function readAnchor(from: ByteReader, openSecond: number): HeardAnchor {
  const anchor = from.unsigned();
  const buckets: number[] = [];
  for (let isLast = false; !isLast;) {
    const level = from.byte();
    isLast = level >= LAST;
    const loudest = -(level % LAST);
    const code = from.byte() - 1;
    const offset = code < 0 ? from.signed() : code % OFFSETS;
    const spread = code < 0 ? from.unsigned() : Math.floor(code / OFFSETS);
    buckets.push(openSecond + offset, loudest, loudest - spread);
  }
  return { anchor, buckets: buckets satisfies Buckets };
}
