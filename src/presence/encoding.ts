import type { Instant, ShopperId, StoreId, VisitId, ZoneId } from '../shared/index.js';
import { readAnchor, writeAnchor } from './anchor-encoding.js';
import { ByteReader, ByteWriter, several } from './bytes.js';
import { readCompetition, writeCompetition, zoneAt, ZoneList } from './competition-encoding.js';
import type { Played, Presence, Stay } from './state.js';

const FORMAT = 4;

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
  const zones = new ZoneList();
  zones.add(presence.stay?.zoneId);
  zones.add(presence.hasty?.zoneId);
  zones.addAllOf(presence.competition);
  to.unsigned(FORMAT);
  to.text(presence.storeId);
  to.uuid(presence.visitId);
  to.unsigned(startedAt);
  to.signed(presence.lastHeardAt - startedAt);
  to.byte(presence.ownPhone ? 1 : 0);
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
  const ownPhone = from.byte() === 1;
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
    ownPhone,
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

/**
 * The open seconds as they stand, which `encode` leaves out: not kept in Redis, but a process that works them out again at
 * each hearing of a located shopper would do little else.
 */
export function encodePlayed({ played, openSecond }: Pick<Presence, 'played' | 'openSecond'>): Buffer {
  const to = writer;
  const zones = new ZoneList();
  for (const { competition } of played) zones.addAllOf(competition);
  zones.write(to);
  to.unsigned(played.length);
  for (const { second, competition } of played) {
    to.signed(second - openSecond);
    writeCompetition(to, competition, openSecond, zones);
  }
  return to.taken();
}

/** Reads what `encodePlayed` wrote. */
export function decodePlayed(bytes: Buffer, openSecond: number): Played[] {
  const from = new ByteReader(bytes);
  const zones = several(from, () => from.text() as ZoneId);
  return several(from, () => ({
    second: openSecond + from.signed(),
    competition: readCompetition(from, openSecond, zones),
  }));
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
