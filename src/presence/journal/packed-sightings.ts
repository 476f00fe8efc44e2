import type { BeaconId, GatewayId, ShopperId, StoreId } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';
import { ByteReader, ByteWriter, several } from '../bytes.js';

type Anchor = Sighting['anchor'];

const FORMAT = 1;
/** Levels may have a fraction. */
const PARTS = 100;

/** One for all, since each is filled and emptied in one go. */
const writer = new ByteWriter();

/** Sightings as few bytes, some 20 each: stores and anchors are written where they first occur, times relative to the first. */
export function packed(sightings: readonly Sighting[]): Buffer {
  const to = writer;
  const stores = new Map<string, number>();
  const anchors = new Map<string, number>();
  const base = sightings[0]?.receivedAt ?? 0;
  to.byte(FORMAT);
  to.unsigned(base);
  to.unsigned(sightings.length);
  for (const { shopperId, storeId, anchor, rssiDbm, measuredPowerDbm, observedAt, receivedAt } of sightings) {
    to.text(shopperId);
    refer(to, storeId, stores);
    const isGateway = anchor.kind === 'gateway';
    to.byte(isGateway ? 1 : 0);
    refer(to, isGateway ? anchor.gatewayId : anchor.beaconId, anchors);
    to.signed(Math.round(rssiDbm * PARTS));
    to.byte(measuredPowerDbm === undefined ? 0 : 1);
    if (measuredPowerDbm !== undefined) to.signed(Math.round(measuredPowerDbm * PARTS));
    to.signed(observedAt - base);
    to.signed(receivedAt - base);
  }
  return to.taken();
}

/** A name by its number, and itself the first time. */
function refer(to: ByteWriter, name: string, numbers: Map<string, number>): void {
  const known = numbers.get(name);
  to.unsigned(known ?? numbers.size);
  if (known !== undefined) return;
  numbers.set(name, numbers.size);
  to.text(name);
}

function referred(from: ByteReader, names: string[]): string {
  const number = from.unsigned();
  return (names[number] ??= from.text());
}

/**
 * Reads what `packed` wrote; nothing of another format. Their ids are not kept: they only order what was observed in the same
 * millisecond, and that order does not matter.
 */
export function unpacked(bytes: Buffer): Sighting[] {
  if (bytes[0] !== FORMAT) return [];
  const from = new ByteReader(bytes);
  from.byte();
  const base = from.unsigned();
  const stores: string[] = [];
  const anchors: string[] = [];
  let place = 0;
  return several(from, () => {
    const shopperId = from.text() as ShopperId;
    const storeId = referred(from, stores) as StoreId;
    const isGateway = from.byte() === 1;
    const name = referred(from, anchors);
    const anchor: Anchor = isGateway
      ? { kind: 'gateway', gatewayId: name as GatewayId }
      : { kind: 'beacon', beaconId: name as BeaconId };
    const rssiDbm = from.signed() / PARTS;
    const measured = from.byte() === 1 ? { measuredPowerDbm: from.signed() / PARTS } : {};
    const times = { observedAt: base + from.signed(), receivedAt: base + from.signed() };
    return {
      shopperId,
      storeId,
      anchor,
      rssiDbm,
      ...measured,
      ...times,
      sightingId: `journal-${(place += 1)}`,
    };
  });
}
