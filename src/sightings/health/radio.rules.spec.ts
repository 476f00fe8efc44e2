import type { BeaconId, GatewayId, StoreId, ZoneId } from '../../shared/index.js';
import { layoutOf, storeDocument } from '../../stores/index.js';
import { radioOf, type KeptRadios } from './radio.rules.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const MINUTE_MS = 60_000;
const idOf = (name: string): BeaconId => `mac:0000000000${name}` as BeaconId;
// The third beacon is never heard: it has not been hung up.
const layout = layoutOf(
  's1' as StoreId,
  storeDocument.parse({
    name: 'Corner',
    timeZone: 'Europe/Paris',
    currency: 'EUR',
    zones: ['tea', 'till'].map((zoneId) => ({ zoneId, name: zoneId, kind: 'aisle', categories: [] })),
    gateways: [{ gatewayId: 'g1', zoneId: 'tea' }],
    beacons: ['b1', 'b2', 'b3'].map((name) => ({ beaconId: idOf(name), zoneId: 'tea' })),
  }),
);
const [tea, till] = ['tea', 'till'] as unknown as [ZoneId, ZoneId];
const calm = [tea, till].map((zoneId) => ({ zoneId, flapsPerHour: 0 }));

function kept(
  beacons: Record<string, { minutesAgo: number; percent?: number; millivolts?: number }>,
): KeptRadios {
  const each = Object.entries(beacons);
  return {
    seen: new Map([['g1' as GatewayId, NOW]]),
    beacons: new Map(
      each.map(([name, { minutesAgo }]) => [idOf(name), { at: NOW - minutesAgo * MINUTE_MS, rssiDbm: -60 }]),
    ),
    batteries: new Map(each.map(([name, { minutesAgo: _, ...told }]) => [idOf(name), { at: NOW, ...told }])),
  };
}

describe('the radios of a store, as rules ask them', () => {
  it.each([
    ['all heard within the hour', { b1: { minutesAgo: 59 }, b2: { minutesAgo: 1 } }, true],
    ['one not heard for an hour', { b1: { minutesAgo: 60 }, b2: { minutesAgo: 1 } }, false],
    ['one with a tenth of its battery', { b1: { minutesAgo: 1, percent: 10 }, b2: { minutesAgo: 1 } }, false],
    ['one with a little more', { b1: { minutesAgo: 1, percent: 11 } }, true],
    ['one at 2.2 V', { b1: { minutesAgo: 1, millivolts: 2_200 } }, false],
    ['one at 2.9 V', { b1: { minutesAgo: 1, millivolts: 2_900 } }, true],
    ['none ever heard', {}, undefined],
  ])('%s', (_, beacons, healthy) => {
    const { zones } = radioOf(layout, kept(beacons), calm, NOW);
    expect(zones.get(tea)?.zone?.beaconsHealthy).toBe(healthy);
    expect(zones.get(till)?.zone?.beaconsHealthy).toBeUndefined();
  });

  it('has the lowest battery of a zone, as far as beacons tell it', () => {
    const { zones } = radioOf(
      layout,
      kept({ b1: { minutesAgo: 1, percent: 80 }, b2: { minutesAgo: 1, percent: 35 } }),
      calm,
      NOW,
    );
    expect(zones.get(tea)?.zone?.beaconBatteryPercent).toBe(35);
    expect(zones.get(till)?.zone?.beaconBatteryPercent).toBeUndefined();
  });

  it('counts silent gateways, in every zone and in none', () => {
    const silent = { ...kept({}), seen: new Map() };
    const radio = radioOf(layout, silent, calm, NOW);
    expect([radio.nowhere, radio.zones.get(till)].map((each) => each?.gatewaysSilent)).toEqual([1, 1]);
    expect(radioOf(layout, kept({}), calm, NOW).nowhere.gatewaysSilent).toBe(0);
  });

  it('calls a zone muted until its time is over', () => {
    const zones = [
      { zoneId: tea, flapsPerHour: 30, mutedUntil: NOW + 1 },
      { zoneId: till, flapsPerHour: 3, mutedUntil: NOW },
    ];
    const { zones: told } = radioOf(layout, kept({}), zones, NOW);
    expect(told.get(tea)?.zone).toMatchObject({ muted: true, flapsPerHour: 30 });
    expect(told.get(till)?.zone).toMatchObject({ muted: false, flapsPerHour: 3 });
  });
});
