import fc from 'fast-check';
import type { BeaconId, GatewayId, ShopperId, StoreId } from '../shared/index.js';
import type { Hearing } from './hearing.js';
import { offsetOf, sightingOf, timed, timingOf, type Timed } from './timing.rules.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const hearing = (over: Partial<Hearing> = {}): Hearing => ({
  index: 0,
  storeId: 's1' as StoreId,
  anchor: { kind: 'gateway', gatewayId: 'g1' as GatewayId },
  beaconIds: ['mac:c3000012ab34' as BeaconId],
  rssiDbm: -60,
  ...over,
});
const idOf = (over: Partial<Hearing>, receivedAt = NOW, sentAt?: number, of = 'ada'): string => {
  const clocks = sentAt === undefined ? { receivedAt } : { receivedAt, sentAt };
  return sightingOf({ ...hearing(over), at: receivedAt }, of as ShopperId, clocks).sightingId;
};

describe('the time of a sighting', () => {
  it.each([
    ['missing: at receipt', undefined, { kind: 'timely', observedAt: NOW }],
    ['a minute ago: timely', NOW - 60_000, { kind: 'timely', observedAt: NOW - 60_000 }],
    ['longer ago: late', NOW - 60_001, { kind: 'late', observedAt: NOW - 60_001 }],
    ['5 s ahead: at receipt', NOW + 5_000, { kind: 'timely', observedAt: NOW }],
    ['further ahead: refused', NOW + 5_001, { kind: 'future' }],
    ['of 1970, by a clock that was never set: at receipt', 77_000, { kind: 'timely', observedAt: NOW }],
  ])('%s', (_, observedAt, timing) => {
    expect(timingOf(observedAt, { receivedAt: NOW })).toEqual(timing);
  });

  it('is corrected by the difference of the clocks, where that is more than the way', () => {
    const behind = { receivedAt: NOW, sentAt: NOW - 3_600_000 };
    expect(timingOf(NOW - 3_601_000, behind)).toEqual({ kind: 'timely', observedAt: NOW - 1_000 });
    expect(timingOf(NOW - 3_700_000, behind)).toMatchObject({ kind: 'late' });
    expect(offsetOf({ receivedAt: NOW, sentAt: NOW - 2_000 })).toBe(0);
    expect(offsetOf({ receivedAt: NOW, sentAt: NOW + 9_000 })).toBe(-9_000);
  });

  it('is corrected by what is known of its gateway', () => {
    const of = (observedAt: number): Timed =>
      timed([hearing({ observedAt })], { receivedAt: NOW }, () => 300_000);
    expect(of(NOW - 301_000).timely).toMatchObject([{ at: NOW - 1_000, observedAt: NOW - 301_000 }]);
    expect(of(NOW - 361_000).late).toHaveLength(1);
    expect(of(NOW - 294_000).future).toMatchObject([{ code: 'in-the-future' }]);
  });

  it('never lies ahead of the receipt, and each hearing is timely, late or refused', () => {
    const times = fc.array(
      fc.option(fc.integer({ min: NOW - 200_000, max: NOW + 20_000 }), { nil: undefined }),
    );
    fc.assert(
      fc.property(times, fc.integer({ min: NOW - 90_000, max: NOW + 90_000 }), (all, sentAt) => {
        const hearings = all.map((observedAt, index) =>
          hearing(observedAt === undefined ? { index } : { index, observedAt }),
        );
        const { timely, late, future } = timed(hearings, { receivedAt: NOW, sentAt });
        expect(timely.length + late.length + future.length).toBe(all.length);
        for (const { at } of [...timely, ...late]) expect(at).toBeLessThanOrEqual(NOW);
        for (const { at } of timely) expect(NOW - at).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});

describe('the id of a sighting', () => {
  it('is the same when it is sent again later', () => {
    expect(idOf({ observedAt: NOW - 5 }, NOW)).toBe(idOf({ observedAt: NOW - 5 }, NOW + 900));
    expect(idOf({}, NOW, NOW - 9)).toBe(idOf({}, NOW + 900, NOW - 9));
    expect(idOf({ sightingId: '7' }, NOW)).toBe(idOf({ sightingId: '7' }, NOW + 900));
  });

  it('is of its receipt where the clock was never set, and may stand still', () => {
    expect(idOf({ observedAt: 0 }, NOW)).not.toBe(idOf({ observedAt: 0 }, NOW + 900));
    expect(idOf({ observedAt: 5 }, NOW, 9)).toBe(idOf({ observedAt: 5 }, NOW + 900, 9));
  });

  it('differs between gateways that count alike, and by what was heard, when and how loud', () => {
    const other: Partial<Hearing> = { anchor: { kind: 'gateway', gatewayId: 'g2' as GatewayId } };
    expect(idOf({ sightingId: '7' })).not.toBe(idOf({ sightingId: '7', ...other }));
    const ids = [
      {},
      other,
      { rssiDbm: -61 },
      { observedAt: NOW - 1 },
      { beaconIds: ['mac:0' as BeaconId] },
    ].map((over) => idOf(over));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('differs between two phones beside one beacon, which count alike or hear it alike', () => {
    const anchor = { kind: 'beacon', beaconId: 'mac:d00000000001' as BeaconId } as const;
    for (const told of [{ sightingId: '1' }, { observedAt: NOW - 1_000 }]) {
      const [adas, bobs] = ['ada', 'bob'].map((of) => idOf({ anchor, ...told }, NOW, undefined, of));
      expect(adas).not.toBe(bobs);
      expect(idOf({ anchor, ...told }, NOW + 900)).toBe(adas);
    }
  });
});
