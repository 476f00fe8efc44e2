import fc from 'fast-check';
import { seeded } from '../../../shared/index.js';
import { discoveries, growthOf, moversFirst, type Compared, type Mark } from './trends.rules.js';

/** One item, from what each shopper bought of it now and before. */
function item(counts: readonly (readonly [now: number, before: number])[]): Compared {
  const sum = (of: (now: number, before: number) => number): number =>
    counts.reduce((total, [now, before]) => total + of(now, before), 0);
  return {
    now: sum((now) => now),
    before: sum((_, before) => before),
    nowSquared: sum((now) => now * now),
    beforeSquared: sum((_, before) => before * before),
    nowTimesBefore: sum((now, before) => now * before),
    shoppers: counts.filter(([now, before]) => now + before > 0).length,
  };
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('growth', () => {
  it('has an interval that takes shoppers, not purchases, for independent', () => {
    // X = 5 x 4 + 5 x 2 = 30, Y = 10. Sum of (x / 30 - 1 / 10)^2 = 5 (1 / 30)^2 + 5 (1 / 30)^2 = 1 / 90; times 10 / 9
    // that is 1 / 81, so s = 1 / 9.
    const [coffee] = growthOf([item([...times(5, [4, 1] as const), ...times(5, [2, 1] as const)])]);
    expect(coffee?.growth).toBeCloseTo(2, 12);
    expect(coffee?.growthLow).toBeCloseTo(3 * Math.exp(-1.959964 / 9) - 1, 12);
    expect(coffee?.growthHigh).toBeCloseTo(3 * Math.exp(1.959964 / 9) - 1, 12);
    expect(coffee?.mark).toBe('rising');
  });

  it('varies as Poisson where everybody buys once', () => {
    const [tea] = growthOf([item([...times(30, [1, 0] as const), ...times(20, [0, 1] as const)])]);
    const deviation = Math.sqrt((1 / 30 + 1 / 20) * (50 / 49));
    expect(tea?.growthLow).toBeCloseTo(1.5 * Math.exp(-1.959964 * deviation) - 1, 12);
    expect(tea?.mark).toBe('unclear');
  });

  it('is not told of a few purchases, nor of a few shoppers', () => {
    const few = item(times(10, [1, 0] as const));
    const two = item(times(2, [50, 1] as const));
    expect(growthOf([few, two]).map(({ mark }) => mark)).toEqual(['fewCounts', 'fewCounts']);
  });

  it('of what is new has no ratio, and what is gone is gone', () => {
    const [fresh, gone, never] = growthOf([
      item(times(40, [1, 0] as const)),
      item(times(40, [0, 1] as const)),
      item([]),
    ]);
    expect(fresh).toEqual({ growth: null, growthLow: null, growthHigh: null, mark: 'rising' });
    expect(gone).toEqual({ growth: -1, growthLow: null, growthHigh: null, mark: 'falling' });
    expect(never).toMatchObject({ growth: null, mark: 'fewCounts' });
  });

  it('that all shoppers share exactly leaves nothing to chance', () => {
    const marks = growthOf([item(times(12, [2, 1] as const)), item(times(12, [1, 1] as const))]);
    expect(marks).toEqual([
      { growth: 1, growthLow: 1, growthHigh: 1, mark: 'rising' },
      { growth: 0, growthLow: 0, growthHigh: 0, mark: 'unclear' },
    ]);
  });

  const shopper = fc.tuple(fc.nat(6), fc.nat(6));

  it('turns round when the windows change places', () => {
    const turned: Record<Mark, Mark> = {
      rising: 'falling',
      falling: 'rising',
      unclear: 'unclear',
      fewCounts: 'fewCounts',
    };
    fc.assert(
      fc.property(fc.array(fc.array(shopper, { maxLength: 40 }), { maxLength: 8 }), (items) => {
        const there = growthOf(items.map(item));
        const back = growthOf(items.map((counts) => item(counts.map(([now, before]) => [before, now]))));
        expect(back.map(({ mark }) => mark)).toEqual(there.map(({ mark }) => turned[mark]));
        for (const { growth, growthLow, growthHigh } of there) {
          if (growthLow === null || growthHigh === null || growth === null) continue;
          expect(growthLow).toBeLessThanOrEqual(growth + 1e-9);
          expect(growthHigh).toBeGreaterThanOrEqual(growth - 1e-9);
        }
      }),
    );
  });

  it('marks hardly anything where nothing changed, though shoppers buy in bursts', () => {
    const chance = seeded('bursts');
    const burst = (): readonly [number, number] => {
      const bought = 1 + Math.floor(6 * chance());
      return chance() < 0.5 ? [bought, 0] : [0, bought];
    };
    const items = Array.from({ length: 500 }, () => item(Array.from({ length: 60 }, burst)));
    const beyondPoisson = items.filter(
      ({ now, before }) => Math.abs(Math.log(now / before)) > 1.96 * Math.sqrt(1 / now + 1 / before),
    );
    // One in twenty is what chance should make; purchases taken as independent make many more.
    expect(beyondPoisson.length).toBeGreaterThan(100);
    const outside = growthOf(items).filter(({ growthLow, growthHigh }) => growthLow! > 0 || growthHigh! < 0);
    expect(outside.length / items.length).toBeLessThan(0.07);
    expect(growthOf(items).filter(({ mark }) => mark !== 'unclear').length).toBeLessThanOrEqual(2);
  });
});

describe('discoveries', () => {
  it.each([
    [
      [0.01, 0.02, 0.03, 0.04, 0.05],
      [0, 1, 2, 3, 4],
    ],
    [
      [0.3, 0.02, 0.045, 0.001],
      [1, 3],
    ],
    // Step-up: the second is good enough, and takes the first along.
    [
      [0.04, 0.04],
      [0, 1],
    ],
    [[0.06], []],
    [[undefined, 0.01, undefined], [1]],
    [[], []],
  ])('of %j are at %j', (pValues, places) => {
    expect([...discoveries(pValues)].sort()).toEqual(places);
  });
});

describe('movers', () => {
  it('come first, the most changed before the others', () => {
    const items = [
      { key: 'a', mark: 'unclear', change: 90 },
      { key: 'b', mark: 'rising', change: 10 },
      { key: 'd', mark: 'fewCounts', change: 3 },
      { key: 'c', mark: 'fewCounts', change: -3 },
      { key: 'e', mark: 'falling', change: -20 },
    ] as const;
    expect(moversFirst(items).map(({ key }) => key)).toEqual(['e', 'b', 'a', 'c', 'd']);
  });
});
