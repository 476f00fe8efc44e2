import type { BeaconId, GatewayId, ShopperId, StoreId } from '../../shared/index.js';
import type { Findings } from '../recognisers.service.js';
import type { TimedHearing } from '../timing.rules.js';
import { MOST_HEARD, StoreNotes, type TakenReport } from './store-notes.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const [g1, g2] = ['g1' as GatewayId, 'g2' as GatewayId];
const [fob, fobMac, shelf] = ['eid:00', 'mac:0000000000f0', 'mac:0000000000b1'] as BeaconId[];
const ada = 'ada' as ShopperId;
const isFixed = (beaconId: BeaconId): boolean => beaconId === shelf;

const heard = (beaconIds: (BeaconId | undefined)[], gatewayId = g1, at = NOW): TimedHearing => ({
  index: 0,
  storeId: 's1' as StoreId,
  anchor: { kind: 'gateway', gatewayId },
  beaconIds: beaconIds as BeaconId[],
  rssiDbm: -60,
  at,
});
const report = (findings: Partial<Findings>, over: Partial<TakenReport> = {}): TakenReport => ({
  at: NOW,
  format: 'minew',
  gatewayIds: [g1],
  late: [],
  rejected: [],
  telemetry: [],
  findings: {
    sightings: [],
    unknown: 0,
    noConsent: 0,
    duplicate: 0,
    mobile: [],
    fixed: [],
    misplaced: [],
    carriers: new Map(),
    consenting: new Set(),
    ...findings,
  },
  ...over,
});
const carriedByAda = new Map([[fob, ada]] as [BeaconId, ShopperId][]);

describe('the notes of a store', () => {
  it('have nothing where nothing came', () => {
    const notes = new StoreNotes();
    expect(notes.drain(NOW, isFixed)).toBeUndefined();
    notes.taken(report({}));
    expect(notes.drain(NOW, isFixed)).toMatchObject({ heard: [], seen: new Map([[g1, NOW]]) });
    expect(notes.drain(NOW, isFixed)).toBeUndefined();
  });

  it('name the beacon by what it is carried as, where its shopper consents', () => {
    const notes = new StoreNotes();
    const mobile = [heard([fobMac, fob])];
    notes.taken(report({ mobile, carriers: carriedByAda, consenting: new Set([ada]) }));
    expect(notes.drain(NOW, isFixed)?.heard).toEqual([[fobMac, g1, -60, NOW, 'other', fob]]);
  });

  it('have no name of a tag whose shopper has not consented, also where one is heard alone', () => {
    const notes = new StoreNotes();
    notes.taken(report({ mobile: [heard([fobMac], g2)] }));
    expect(notes.drain(NOW, isFixed)?.heard).toHaveLength(1);
    notes.taken(report({ mobile: [heard([fob, fobMac])], carriers: carriedByAda }));
    notes.taken(report({ mobile: [heard([fobMac])] }));
    const update = notes.drain(NOW, isFixed);
    expect(update?.heard).toEqual([]);
    expect(update?.payloads.get(g1)).toMatchObject({ heard: 1, rows: [] });
  });

  it('hold a minute of what was heard, and the newest 200', () => {
    const notes = new StoreNotes();
    const many = Array.from({ length: MOST_HEARD + 10 }, (_, index) => heard([`mac:${index}` as BeaconId]));
    notes.taken(report({ mobile: many }));
    const first = notes.drain(NOW, isFixed);
    expect(first?.heard).toHaveLength(MOST_HEARD);
    expect(first?.heard.at(-1)?.[0]).toBe(`mac:${MOST_HEARD + 9}`);
    notes.taken(report({ mobile: [heard([fobMac], g1, NOW + 60_001)] }));
    expect(notes.drain(NOW + 60_001, isFixed)?.heard).toHaveLength(1);
  });

  it('tell of the health of fixed beacons, and of no battery that a shopper carries', () => {
    const notes = new StoreNotes();
    const telemetry = [shelf, fob].map((beaconId) => ({
      beaconIds: [beaconId as BeaconId],
      batteryMillivolts: 2_900,
    }));
    notes.taken(report({ fixed: [heard([shelf])] }, { telemetry }));
    const update = notes.drain(NOW, isFixed);
    expect([...(update?.beacons ?? [])]).toEqual([[shelf, { at: NOW, rssiDbm: -60, by: g1 }]]);
    expect([...(update?.batteries ?? [])]).toEqual([[shelf, { at: NOW, millivolts: 2_900 }]]);
  });

  it('count by gateway, also where one report is of several', () => {
    const notes = new StoreNotes();
    const late = [heard([fob], g2)];
    const rejected = [{ index: 3, code: 'rssi-unknown', detail: 'rssi: 127' }];
    const mobile = [heard([fob]), heard([fob], g2)];
    notes.taken(report({ mobile }, { gatewayIds: [g1, g2], late, rejected }));
    notes.taken(report({ mobile: [heard([fob])] }, { rejected }));
    expect(Object.fromEntries(notes.drain(NOW, isFixed)?.counts ?? [])).toEqual({
      'g1|+accepted': 2,
      'g2|+accepted': 2,
      'g2|late': 1,
      '?|rssi-unknown': 1,
      'g1|rssi-unknown': 1,
    });
  });
});
