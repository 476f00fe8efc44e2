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
    hashes: [],
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
    expect(notes.drain(NOW)).toBeUndefined();
    notes.taken(report({}), isFixed);
    expect(notes.drain(NOW)).toMatchObject({ heard: [], seen: new Map([[g1, NOW]]) });
    expect(notes.drain(NOW)).toBeUndefined();
  });

  it('name the beacon by what it is carried as, where its shopper consents', () => {
    const notes = new StoreNotes();
    const mobile = [heard([fobMac, fob])];
    notes.taken(report({ mobile, carriers: carriedByAda, consenting: new Set([ada]) }), isFixed);
    expect(notes.drain(NOW)?.heard).toEqual([[fobMac, g1, -60, NOW, 'other', fob]]);
  });

  it('have no name of a tag whose shopper has not consented, also where one is heard alone', () => {
    const notes = new StoreNotes();
    notes.taken(report({ mobile: [heard([fobMac], g2)] }), isFixed);
    expect(notes.drain(NOW)?.heard).toHaveLength(1);
    notes.taken(report({ mobile: [heard([fob, fobMac])], carriers: carriedByAda }), isFixed);
    notes.taken(report({ mobile: [heard([fobMac])] }), isFixed);
    const update = notes.drain(NOW);
    expect(update?.heard).toEqual([]);
    expect(update?.payloads.get(g1)).toMatchObject({ heard: 1, rows: [] });
  });

  it('have nothing of a tag whose shopper withdrew before they were written', () => {
    const notes = new StoreNotes();
    const mobile = [heard([fobMac, fob]), heard(['mac:0000000000f1' as BeaconId])];
    notes.taken(report({ mobile, carriers: carriedByAda, consenting: new Set([ada]) }), isFixed);
    notes.forget(fob === undefined ? [] : [fob]);
    const update = notes.drain(NOW);
    expect(update?.heard.map(([beaconId]) => beaconId)).toEqual(['mac:0000000000f1']);
    expect(update?.payloads.get(g1)?.rows.map(([beaconId]) => beaconId)).toEqual(['mac:0000000000f1']);
  });

  it('hold a minute of what was heard, and the newest 200', () => {
    const notes = new StoreNotes();
    const many = Array.from({ length: MOST_HEARD + 10 }, (_, index) => heard([`mac:${index}` as BeaconId]));
    notes.taken(report({ mobile: many }), isFixed);
    const first = notes.drain(NOW);
    expect(first?.heard).toHaveLength(MOST_HEARD);
    expect(first?.heard.at(-1)?.[0]).toBe(`mac:${MOST_HEARD + 9}`);
    notes.taken(report({ mobile: [heard([fobMac], g1, NOW + 60_001)] }), isFixed);
    expect(notes.drain(NOW + 60_001)?.heard).toHaveLength(1);
  });

  it('have each gateway’s last payload and its first rows, also of a store that hears more than can be shown', () => {
    const notes = new StoreNotes();
    const many = Array.from({ length: 350 }, (_, index) => heard([`mac:${index}` as BeaconId]));
    notes.taken(report({ mobile: many }), isFixed);
    const crowd = [g2, 'g3' as GatewayId].map((gatewayId) => [gatewayId, NOW + 1] as const);
    for (const [gatewayId, at] of [...crowd, [g1, NOW + 2], [g1, NOW + 250]] as const) {
      const mobile = Array.from({ length: 7 }, (_, place) =>
        heard([`mac:${at}${place}` as BeaconId], gatewayId, at),
      );
      notes.taken(
        report({ mobile, fixed: [heard([shelf], gatewayId, at)] }, { at, gatewayIds: [gatewayId] }),
        isFixed,
      );
    }
    const update = notes.drain(NOW + 250);
    const [one, two] = [update?.payloads.get(g1), update?.payloads.get(g2)];
    expect([one, two].map((payload) => [payload?.at, payload?.heard, payload?.rows.length])).toEqual([
      [NOW + 250, 8, 5],
      [NOW + 1, 8, 5],
    ]);
    expect(update?.heard).toHaveLength(MOST_HEARD);
    expect(update?.beacons.get(shelf as BeaconId)?.at).toBe(NOW + 250);
    expect(update?.counts.get('g1|+accepted')).toBe(366);
  });

  it('tell of the health of fixed beacons, and of no battery that a shopper carries', () => {
    const notes = new StoreNotes();
    const telemetry = [shelf, fob].map((beaconId) => ({
      beaconIds: [beaconId as BeaconId],
      batteryMillivolts: 2_900,
    }));
    notes.taken(report({ fixed: [heard([shelf])] }, { telemetry }), isFixed);
    const update = notes.drain(NOW);
    expect([...(update?.beacons ?? [])]).toEqual([[shelf, { at: NOW, rssiDbm: -60, by: g1 }]]);
    expect([...(update?.batteries ?? [])]).toEqual([[shelf, { at: NOW, millivolts: 2_900 }]]);
  });

  it('count by gateway, also where one report is of several', () => {
    const notes = new StoreNotes();
    const late = [heard([fob], g2)];
    const rejected = [{ index: 3, code: 'rssi-unknown', detail: 'rssi: 127' }];
    const mobile = [heard([fob]), heard([fob], g2)];
    notes.taken(report({ mobile }, { gatewayIds: [g1, g2], late, rejected }), isFixed);
    notes.taken(report({ mobile: [heard([fob])] }, { rejected }), isFixed);
    expect(Object.fromEntries(notes.drain(NOW)?.counts ?? [])).toEqual({
      'g1|+accepted': 2,
      'g2|+accepted': 2,
      'g2|late': 1,
      '?|rssi-unknown': 1,
      'g1|rssi-unknown': 1,
    });
  });
});
