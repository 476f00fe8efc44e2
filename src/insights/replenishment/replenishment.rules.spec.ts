import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '../../shared/time.js';
import type { CategoryPrior, ReplenishmentState } from '../../shared/shopper-view.js';
import {
  defaultPrior,
  estimate,
  foldPurchases,
  isLate,
  observePurchase,
  shoppingDay,
} from './replenishment.rules.js';

const NOW = Date.parse('2026-06-01T10:00:00Z');
const at = (day: number, hour = 10): number => day * DAY_MS + hour * HOUR_MS;

/** Purchases `gaps` days apart, the last one `elapsed` days before NOW; every purchase is a visit. */
function history(gaps: readonly number[], elapsed: number): { state: ReplenishmentState; visits: number } {
  const first = NOW - (elapsed + gaps.reduce((sum, gap) => sum + gap, 0)) * DAY_MS;
  const purchases = [first];
  for (const gap of gaps) purchases.push(purchases.at(-1)! + gap * DAY_MS);
  return { state: foldPurchases(purchases, purchases)!, visits: purchases.length };
}

function read(gaps: readonly number[], elapsed: number, prior: CategoryPrior = defaultPrior()) {
  const { state, visits } = history(gaps, elapsed);
  return estimate({ state, prior }, visits, undefined, NOW);
}

const monthly = (purchases: number, days = 30): number[] => Array<number>(purchases - 1).fill(days);
const anyGaps = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 12 });
const anyPrior: fc.Arbitrary<CategoryPrior> = fc.record({
  logGapMean: fc.double({ min: 0.5, max: 5.5, noNaN: true }),
  logGapBetween: fc.double({ min: 0.1, max: 1.5, noNaN: true }),
  logGapWithin: fc.double({ min: 0.1, max: 1.5, noNaN: true }),
  visitShare: fc.double({ min: 1e-4, max: 0.99, noNaN: true }),
  visitStrength: fc.double({ min: 1, max: 200, noNaN: true }),
});

describe('observing a purchase', () => {
  it('starts from the first, with the visits until then', () => {
    expect(observePurchase(undefined, at(10), 7)).toEqual({
      purchases: 1,
      firstPurchasedAt: at(10),
      lastPurchasedAt: at(10),
      visitsAtFirst: 7,
      sumLogGap: 0,
      sumLogGapSquared: 0,
    });
  });

  it('adds the gap in whole UTC days, whatever the hours', () => {
    const first = observePurchase(undefined, Date.parse('2026-01-01T23:59:00Z'), 1);
    const second = observePurchase(first, Date.parse('2026-01-08T00:01:00Z'), 4);
    expect(second).toMatchObject({ purchases: 2, visitsAtFirst: 1 });
    expect(second.sumLogGap).toBeCloseTo(Math.log(7), 12);
    expect(second.sumLogGapSquared).toBeCloseTo(Math.log(7) ** 2, 12);
  });

  it('counts a day once, in whatever order its purchases come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 23 }), { minLength: 1 }),
        fc.boolean(),
        (hours, known) => {
          const before = known ? observePurchase(undefined, at(3), 1) : undefined;
          const fold = (order: readonly number[]) =>
            order.reduce<ReplenishmentState | undefined>(
              (state, hour) => observePurchase(state, at(10, hour), 2),
              before,
            );
          const state = fold(hours);
          expect(state).toEqual(fold([...hours].reverse()));
          expect(state).toMatchObject({
            purchases: known ? 2 : 1,
            lastPurchasedAt: at(10, Math.max(...hours)),
          });
        },
      ),
    );
  });

  it('refuses a purchase of an earlier day, which is late', () => {
    const state = observePurchase(undefined, at(10), 1);
    expect(isLate(state, at(9, 23))).toBe(true);
    expect(isLate(state, at(10, 0))).toBe(false);
    expect(() => observePurchase(state, at(9, 23), 1)).toThrow(RangeError);
  });
});

describe('folding a history', () => {
  it('knows nothing from nothing', () => {
    expect(foldPurchases([], [at(1)])).toBeUndefined();
  });

  it('counts the visit days until the first purchase, its own included', () => {
    const visits = [at(1), at(1, 18), at(4), at(6), at(9)];
    expect(foldPurchases([at(6, 12), at(9)], visits)).toMatchObject({ visitsAtFirst: 3, purchases: 2 });
    expect(foldPurchases([at(6)], [])).toMatchObject({ visitsAtFirst: 1 });
  });

  it('is the same as observing one by one', () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 4 }), (unsorted, every) => {
        const visits = [...unsorted].sort((a, b) => a - b);
        const bought = visits.filter((_, i) => i % every === 0);
        const observed = bought.reduce<ReplenishmentState | undefined>(
          (state, day) => observePurchase(state, at(day), visits.indexOf(day) + 1),
          undefined,
        );
        expect(
          foldPurchases(
            bought.map((day) => at(day)),
            visits.map((day) => at(day)),
          ),
        ).toEqual(observed);
      }),
    );
  });

  it('keeps whole days before 1970 in order', () => {
    expect(shoppingDay(-1)).toBe(-1);
  });
});

describe('when a regular shopper is due', () => {
  it('is due a day after the month is over, and not a day after buying', () => {
    expect(read(monthly(6), 31).dueProbability).toBeGreaterThanOrEqual(0.7);
    expect(read(monthly(6), 1).dueProbability).toBeLessThanOrEqual(0.05);
    expect(read(monthly(6), 0).dueProbability).toBe(0);
    expect(read(monthly(3, 28), 30).dueProbability).toBeGreaterThanOrEqual(0.6);
  });

  it('is due all the same when purchases fall up to four days off the month', () => {
    const shifts = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(shifts, fc.integer({ min: 28, max: 40 }), (shift, elapsed) => {
        const gaps = shift.slice(1).map((days, i) => 30 + days - shift[i]!);
        expect(read(gaps, elapsed).dueProbability).toBeGreaterThanOrEqual(0.6);
      }),
      { numRuns: 500 },
    );
  });

  it('says when, in the words of the interface', () => {
    const due = read(monthly(6), 10);
    expect(due).toMatchObject({ purchases: 6, lastPurchasedAt: NOW - 10 * DAY_MS, lapsed: false });
    expect(due.intervalDays).toBeCloseTo(30, 0);
    expect(due.dueAt).toBe(due.lastPurchasedAt + Math.round(due.intervalDays * DAY_MS));
    expect(due.daysUntilDue).toBeCloseTo(due.intervalDays - 10, 6);
    expect((due.dueTo - due.dueFrom) / DAY_MS).toBeLessThan(30);
  });

  it('trusts six even gaps more than two, and even more than uneven ones', () => {
    const width = (gaps: number[]): number => {
      const { dueFrom, dueTo, intervalDays } = read(gaps, 0);
      return (dueTo - dueFrom) / intervalDays;
    };
    expect(width(monthly(7))).toBeLessThan(width(monthly(3)));
    expect(width(monthly(7))).toBeLessThan(width([10, 80, 15, 60, 12, 90]) / 2);
  });

  it('takes the interval of a single purchase from the clientele', () => {
    const prior = { ...defaultPrior(), logGapMean: Math.log(12) };
    expect(read([], 3, prior).intervalDays).toBeCloseTo(12, 9);
  });

  it('shrinks a shopper mean to the clientele: m = (κ μ + Σ ln gap) / (κ + n)', () => {
    const prior = { ...defaultPrior(), logGapMean: Math.log(10), logGapBetween: 0.5, logGapWithin: 0.5 };
    // One gap of 40 days, within = between, so κ = 1: the geometric mean of 10 and 40.
    expect(read([40], 1, prior).intervalDays).toBeCloseTo(20, 9);
  });
});

describe('an abandoned habit', () => {
  it('lapses after two and a half intervals of a regular shopper, and is no longer due', () => {
    expect(read(monthly(6), 70)).toMatchObject({ lapsed: false });
    expect(read(monthly(6), 80)).toMatchObject({ lapsed: true, dueProbability: 0 });
  });

  it('takes much longer to be believed of a shopper who bought once', () => {
    expect(read([], 80).lapsed).toBe(false);
    expect(read([], 400).lapsed).toBe(true);
  });
});

describe('the probability per visit', () => {
  it('is (k - 1 + s m) / (visits since the first + s)', () => {
    const prior = { ...defaultPrior(), visitShare: 0.1, visitStrength: 10 };
    const { state } = history(monthly(4), 5);
    expect(estimate({ state, prior }, 31, 3, NOW).purchaseProbability).toBeCloseTo((3 + 1) / (30 + 10), 12);
  });
});

describe('looking ahead', () => {
  it('reaches to the next visit, from one day to seven', () => {
    const { state, visits } = history(monthly(6), 25);
    const due = (everyDays?: number): number =>
      estimate({ state, prior: defaultPrior() }, visits, everyDays, NOW).dueProbability;
    expect(due(2)).toBeLessThan(due(5));
    expect(due(0.2)).toBe(due(1));
    expect(due(30)).toBe(due(7));
    expect(due(undefined)).toBe(due(7));
  });
});

describe('for any shopper and any clientele', () => {
  it('never reminds of what was bought yesterday and lasts a fortnight', () => {
    fc.assert(
      fc.property(anyGaps, anyPrior, (gaps, prior) => {
        const due = read(gaps, 1, prior);
        fc.pre(due.intervalDays >= 14);
        expect(due.dueProbability).toBeLessThanOrEqual(0.1);
      }),
      { numRuns: 500 },
    );
  });

  it('gives probabilities, and dates in order', () => {
    fc.assert(
      fc.property(anyGaps, anyPrior, fc.integer({ min: -3, max: 4000 }), (gaps, prior, elapsed) => {
        const due = read(gaps, elapsed, prior);
        for (const probability of [due.dueProbability, due.purchaseProbability]) {
          expect(probability).toBeGreaterThanOrEqual(0);
          expect(probability).toBeLessThanOrEqual(1);
        }
        expect(due.dueFrom).toBeGreaterThanOrEqual(due.lastPurchasedAt);
        expect(due.dueFrom).toBeGreaterThanOrEqual(due.lastPurchasedAt + elapsed * DAY_MS);
        expect(due.dueTo).toBeGreaterThanOrEqual(due.dueFrom);
        expect(new Date(due.dueTo).toISOString()).toMatch(/Z$/);
        expect(Number.isFinite(due.intervalDays)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('grows more due with time until the habit lapses, for good', () => {
    fc.assert(
      fc.property(anyGaps, anyPrior, (gaps, prior) => {
        const { state, visits } = history(gaps, 0);
        let before = { dueProbability: 0, lapsed: false };
        for (let day = 0; day < 800; day += 3) {
          const due = estimate({ state, prior }, visits, 4, NOW + day * DAY_MS);
          if (!due.lapsed) expect(due.dueProbability).toBeGreaterThanOrEqual(before.dueProbability - 1e-12);
          if (before.lapsed) expect(due.lapsed).toBe(true);
          before = due;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('scales: twice the gaps against a clientele twice as slow is twice the interval', () => {
    fc.assert(
      fc.property(anyGaps, anyPrior, (gaps, prior) => {
        const once = read(gaps, 0, prior);
        const slower = { ...prior, logGapMean: prior.logGapMean + Math.LN2 };
        const twice = read(
          gaps.map((gap) => 2 * gap),
          0,
          slower,
        );
        expect(twice.intervalDays / once.intervalDays).toBeCloseTo(2, 6);
        expect((twice.dueTo - twice.lastPurchasedAt) / (once.dueTo - once.lastPurchasedAt)).toBeCloseTo(2, 4);
      }),
    );
  });
});
