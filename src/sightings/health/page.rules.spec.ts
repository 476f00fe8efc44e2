import type { BeaconId, GatewayId, ShopperId, StoreId } from '../../shared/index.js';
import type { StoreLayout } from '../../stores/index.js';
import type { KeptHearing } from './health-kept.js';
import type { KeptHealth } from './health.store.js';
import { namesIn, pageOf, type Findings } from './page.rules.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const g1 = 'g1' as GatewayId;
const [fob, fobMac, shelf] = ['eid:00', 'mac:0000000000f0', 'mac:0000000000b1'] as [
  BeaconId,
  BeaconId,
  BeaconId,
];
const ada = 'ada' as ShopperId;
const layout: StoreLayout = {
  storeId: 's1' as StoreId,
  name: 'Corner shop',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  openingHours: [],
  zones: new Map(),
  gateways: new Map([[g1, { hardwareId: 'AC233FC0AA01' }]]),
  beacons: new Map([[shelf, {}]]),
};
const nothing: KeptHealth = {
  seen: new Map(),
  countedSince: undefined,
  counts: new Map(),
  reasons: new Map(),
  payloads: new Map(),
  beacons: new Map(),
  batteries: new Map(),
  heard: [],
};
const findings = (kept: Partial<KeptHealth>, over: Partial<Findings> = {}): Findings => ({
  kept: { ...nothing, ...kept },
  clocks: new Map(),
  zones: [],
  bearers: { carriers: new Map(), consenting: new Set() },
  ...over,
});
const row = (beaconId: BeaconId, at: number, carriedAs?: BeaconId): KeptHearing =>
  carriedAs === undefined ? [beaconId, g1, -60, at, 'other'] : [beaconId, g1, -60, at, 'other', carriedAs];

describe('the health page', () => {
  it('shows the newest of what several processes heard, in the last minute only', () => {
    const heard = [
      row(fob, NOW - 9_000),
      row(fob, NOW - 2_000),
      row(fobMac, NOW - 5_000),
      row(shelf, NOW - 60_001),
    ];
    expect(pageOf(layout, NOW, findings({ heard })).heard.map(({ beaconId, at }) => [beaconId, at])).toEqual([
      [fob, '2026-11-22T09:59:58.000Z'],
      [fobMac, '2026-11-22T09:59:55.000Z'],
    ]);
  });

  it('asks once more whose tags are, by the name they are carried as, and hides them where consent is gone', () => {
    const rows = [row(fobMac, NOW, fob), [shelf, g1, -60, NOW, 'store'] as const];
    const payload = { at: NOW, format: 'minew', heard: 2, late: 0, refused: 0, rows, refusals: [] };
    const kept = { heard: rows, payloads: new Map([[g1, payload]]) };
    expect(namesIn({ ...nothing, ...kept })).toEqual(new Set([fob]));
    const carriers = new Map([[fob, ada]]);
    const seen = (consenting: ShopperId[]): unknown[] => {
      const bearers = { carriers, consenting: new Set(consenting) };
      const page = pageOf(layout, NOW, findings(kept, { bearers }));
      return [page.heard.map(({ known }) => known), page.gateways[0]?.lastPayload?.excerpt.split('\n')];
    };
    const summary = '2 heard, 0 late, 0 refused';
    expect(seen([ada])).toEqual([
      ['carried', 'store'],
      [summary, `${fobMac} -60 dBm, carried`, `${shelf} -60 dBm, store`],
    ]);
    expect(seen([])).toEqual([['store'], [summary, `${shelf} -60 dBm, store`]]);
  });

  it('tells the clock as ahead or behind, its age, the rate and what was refused', () => {
    const page = pageOf(
      layout,
      NOW,
      findings(
        {
          seen: new Map([[g1, NOW - 3_000]]),
          countedSince: NOW - 120_000,
          counts: new Map([
            ['g1|+accepted', 240],
            ['g1|late', 7],
          ]),
          reasons: new Map([['g1|late', { at: NOW, detail: 'old' }]]),
          batteries: new Map([[shelf, { at: NOW, percent: 80 }]]),
        },
        { clocks: new Map([[g1, { offsetMs: 300_000, at: NOW - 1_500 }]]) },
      ),
    );
    expect(page.gateways).toEqual([
      {
        gatewayId: 'g1',
        hardwareId: 'AC233FC0AA01',
        lastSeenAt: '2026-11-22T09:59:57.000Z',
        silentSeconds: 3,
        silent: false,
        clockOffsetSeconds: -300,
        clockOffsetAgeSeconds: 1.5,
        accepted: 240,
        rejections: [{ code: 'late', count: 7, lastAt: '2026-11-22T10:00:00.000Z', detail: 'old' }],
        heardPerMinute: 120,
      },
    ]);
    expect(page.beacons).toEqual([
      { beaconId: shelf, batteryAt: '2026-11-22T10:00:00.000Z', batteryPercent: 80 },
    ]);
  });

  it('tells what was heard so far in the first minute, and makes no minute out of seconds', () => {
    const counts = new Map([['g1|+accepted', 30]]);
    const rateAfter = (ms: number): number | undefined =>
      pageOf(layout, NOW, findings({ countedSince: NOW - ms, counts })).gateways[0]?.heardPerMinute;
    expect(rateAfter(2_000)).toBe(30);
    expect(rateAfter(60_000)).toBe(30);
    expect(rateAfter(180_000)).toBe(10);
  });

  it('shows what a refused payload looked like, and one that named no gateway of the store', () => {
    const fault = { code: 'malformed-json', detail: 'body: not JSON', shape: '[{"mac":"…"' };
    const payload = {
      at: NOW,
      format: 'minew',
      heard: 0,
      late: 0,
      refused: 0,
      rows: [],
      refusals: [],
      fault,
    };
    const page = pageOf(layout, NOW, findings({ payloads: new Map([['?', payload]]) }));
    expect(page.lastRejectedPayload).toEqual({
      at: '2026-11-22T10:00:00.000Z',
      format: 'minew',
      excerpt: 'refused: malformed-json, body: not JSON\n[{"mac":"…"',
    });
  });
});
