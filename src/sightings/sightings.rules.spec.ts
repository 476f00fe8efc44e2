import type { BeaconId, GatewayId, ShopperId, StoreId } from '../shared/index.js';
import type { Reported } from './sightings.dto.js';
import { atBeacons, atGateways, rangedAtBeacons, recognise } from './sightings.rules.js';
import { timed } from './timing.rules.js';
import { idHash } from './trust/recent-ids.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const STORE = 's1' as StoreId;
const g1 = 'g1' as GatewayId;
const g2 = 'g2' as GatewayId;
const fob = 'mac:c3000012ab34' as BeaconId;
const door = 'mac:d00000000001' as BeaconId;
const ada = 'ada' as ShopperId;
const item = (index: number, over: Partial<Reported> = {}): Reported => ({
  index,
  beaconId: fob,
  rssiDbm: -60,
  ...over,
});
const gateways = (...ids: GatewayId[]): Map<GatewayId, object> => new Map(ids.map((id) => [id, {}]));

describe('the sightings of a gateway key', () => {
  it('are placed at gateways of its store only', () => {
    const items = [item(0, { gatewayId: g1 }), item(1, { gatewayId: 'far' as GatewayId }), item(2)];
    const { hearings, refused } = atGateways(items, STORE, gateways(g1, g2));
    expect(hearings).toMatchObject([
      { index: 0, storeId: STORE, anchor: { gatewayId: g1 }, beaconIds: [fob] },
    ]);
    expect(refused).toMatchObject([
      { index: 1, code: 'unknown-gateway' },
      { index: 2, code: 'required' },
    ]);
  });

  it('need no gateway where the store has one alone', () => {
    expect(atGateways([item(0)], STORE, gateways(g1)).hearings).toMatchObject([
      { anchor: { gatewayId: g1 } },
    ]);
    expect(atGateways([item(0)], STORE, gateways()).refused).toMatchObject([{ code: 'required' }]);
  });

  it('say who reports: who heard something, and the only one also where it heard nothing', () => {
    const reporting = (items: Reported[], ...of: GatewayId[]): GatewayId[] => [
      ...atGateways(items, STORE, gateways(...of)).gatewayIds,
    ];
    expect(reporting([item(0, { gatewayId: g2 }), item(1, { gatewayId: g2 })], g1, g2)).toEqual([g2]);
    expect(reporting([item(0)], g1)).toEqual([g1]);
    expect(reporting([], g1)).toEqual([g1]);
    expect(reporting([], g1, g2)).toEqual([]);
    expect(reporting([item(0, { gatewayId: g2 })], g1)).toEqual([]);
  });

  it('keep the power that a beacon can have, and drop what it cannot', () => {
    const powers = [-59, 0, 100].map((measuredPowerDbm, index) => item(index, { measuredPowerDbm }));
    const { hearings } = atGateways(powers, STORE, gateways(g1));
    expect(hearings.map(({ measuredPowerDbm }) => measuredPowerDbm)).toEqual([-59, undefined, undefined]);
  });
});

describe('the sightings of a phone', () => {
  it('are placed at beacons of any store; a phone has no gateway', () => {
    const items = [item(0, { beaconId: door }), item(1), item(2, { gatewayId: g1 })];
    const placed = atBeacons(items, (beaconId) => (beaconId === door ? STORE : undefined));
    expect(placed.hearings).toMatchObject([{ storeId: STORE, anchor: { kind: 'beacon', beaconId: door } }]);
    expect(placed.unknown).toBe(1);
    expect(placed.refused).toMatchObject([{ index: 2, code: 'unknown-field' }]);
  });
});

describe('what was heard', () => {
  const clocks = { receivedAt: NOW };
  const hearings = timed(
    atGateways([item(0), item(1), item(2, { beaconId: door })], STORE, gateways(g1)).hearings,
    clocks,
  ).timely;
  const carrier = ({ beaconIds }: { beaconIds: readonly BeaconId[] }): ShopperId | undefined =>
    beaconIds.includes(fob) ? ada : undefined;

  it('becomes one sighting of its carrier, however often it is told', () => {
    const { sightings, hashes, ...counts } = recognise(hearings, carrier, new Set([ada]), clocks);
    expect(sightings).toMatchObject([{ shopperId: ada, storeId: STORE, observedAt: NOW, receivedAt: NOW }]);
    expect(hashes).toEqual([idHash(sightings[0]?.sightingId ?? '')]);
    expect(counts).toEqual({ unknown: 1, noConsent: 0, duplicate: 1 });
  });

  it('becomes nothing where it was handed on a short while ago', () => {
    const recent = recognise(hearings, carrier, new Set([ada]), clocks, () => true);
    expect(recent).toEqual({ sightings: [], hashes: [], unknown: 1, noConsent: 0, duplicate: 2 });
  });

  it('becomes nothing where the carrier has not consented', () => {
    expect(recognise(hearings, carrier, new Set(), clocks)).toEqual({
      sightings: [],
      hashes: [],
      unknown: 1,
      noConsent: 2,
      duplicate: 0,
    });
  });
});

describe('what a phone ranged', () => {
  it('is placed by the first of its names that a store has', () => {
    const heard = (index: number, ...beaconIds: BeaconId[]) => ({ index, beaconIds, rssiDbm: -60 });
    const storeOf = (beaconId: BeaconId): StoreId | undefined => (beaconId === door ? STORE : undefined);
    const { hearings, refused, unknown } = rangedAtBeacons([heard(0, fob, door), heard(1, fob)], storeOf);
    expect(hearings).toMatchObject([
      { index: 0, storeId: STORE, anchor: { kind: 'beacon', beaconId: door } },
    ]);
    expect([refused, unknown]).toEqual([[], 1]);
  });
});
