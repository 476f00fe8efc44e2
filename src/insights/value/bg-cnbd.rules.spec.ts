import fc from 'fast-check';
import {
  biasOfBg,
  expectedPurchasesOfBg,
  fitBg,
  logLikelihoodOfBg,
  meanPurchasesOfBg,
  probabilityActiveOfBg,
  probabilityOfRepeats,
  type BgModel,
} from './bg-cnbd.rules.js';
import { cohortOf, type CountedHistory } from './cohort.rules.js';

/** As published for the CDNOW sample, weeks (Fader, Hardie, Lee 2005; lifetimes' tests use the rounded ones). */
const cdnow: BgModel = { k: 1, dropoutAtFirst: 0, r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const fitted: BgModel = { ...cdnow, r: 0.24259, alpha: 4.41353, a: 0.79289, b: 2.42575 };
const grocery: BgModel = { k: 2, dropoutAtFirst: 1, r: 1.329, alpha: 2.813, a: 0.425, b: 0.79 };
const history = { repeats: 2, lastWeeks: 30.43, ageWeeks: 38.86 };

describe('BG/NBD against published figures', () => {
  it('expects of one shopper what the paper does', () => {
    expect(expectedPurchasesOfBg(cdnow, history, 39)).toBeCloseTo(1.226, 3);
    expect(expectedPurchasesOfBg(fitted, history, 39)).toBeCloseTo(1.2259, 3);
    expect(probabilityActiveOfBg(cdnow, history)).toBeCloseTo(0.7266, 4);
  });

  it.each([
    [0.1429, 0.0078],
    [1, 0.0532],
    [3, 0.1506],
    [31.8571, 1.0405],
    [32, 1.0437],
    [78, 1.8576],
  ])('expects of a newcomer within %f weeks %f', (weeks, expected) => {
    expect(Math.abs(meanPurchasesOfBg(fitted, weeks) - expected)).toBeLessThan(1e-3);
  });

  it('has the published probabilities of counts, small ones too', () => {
    expect(probabilityOfRepeats(cdnow, 0, 39)).toBeCloseTo(0.5737864, 6);
    expect(probabilityOfRepeats(cdnow, 10, 2) / 1.07869e-7).toBeCloseTo(1, 5);
    expect(probabilityOfRepeats(cdnow, 11, 30)).toBeCloseTo(0.0019995214, 9);
  });
});

describe('what holds of the whole family', () => {
  const model = fc.record({
    k: fc.integer({ min: 1, max: 6 }),
    dropoutAtFirst: fc.constantFrom(0 as const, 1 as const),
    r: fc.double({ min: 0.05, max: 20, noNaN: true }),
    alpha: fc.double({ min: 0.05, max: 60, noNaN: true }),
    a: fc.double({ min: 0.05, max: 10, noNaN: true }),
    b: fc.double({ min: 0.05, max: 10, noNaN: true }),
  });
  const seen = fc
    .tuple(
      fc.integer({ min: 0, max: 2_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 500 }),
    )
    .map(([repeats, share, ageWeeks]) => ({
      repeats,
      lastWeeks: repeats === 0 ? 0 : share * ageWeeks,
      ageWeeks,
    }));

  it('keeps probabilities and expectations in their bounds', () => {
    fc.assert(
      fc.property(model, seen, fc.double({ min: 0, max: 200, noNaN: true }), (each, of, weeks) => {
        const active = probabilityActiveOfBg(each, of);
        expect(active).toBeGreaterThanOrEqual(0);
        expect(active).toBeLessThanOrEqual(1);
        const expected = expectedPurchasesOfBg(each, of, weeks);
        expect(expected).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(expected)).toBe(true);
      }),
    );
  });

  it('takes who bought more recently, as often, for at least as active', () => {
    fc.assert(
      fc.property(model, seen, fc.double({ min: 0, max: 1, noNaN: true }), (each, of, share) => {
        fc.pre(of.repeats > 0);
        const later = { ...of, lastWeeks: of.lastWeeks + share * (of.ageWeeks - of.lastWeeks) };
        expect(probabilityActiveOfBg(each, later)).toBeGreaterThanOrEqual(
          probabilityActiveOfBg(each, of) - 1e-12,
        );
      }),
    );
  });

  it('has probabilities of counts that add up to one, and to the mean', () => {
    for (const each of [cdnow, grocery, { ...grocery, dropoutAtFirst: 0 as const }]) {
      const counts = Array.from({ length: 400 }, (_, x) => probabilityOfRepeats(each, x, 52));
      expect(counts.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 8);
      expect(counts.reduce((sum, probability, x) => sum + x * probability, 0)).toBeCloseTo(
        meanPurchasesOfBg(each, 52),
        6,
      );
    }
  });
});

describe('numbers that others fail on', () => {
  it('is not overflown by frequent buyers', () => {
    const busy = { repeats: 3_000, lastWeeks: 10, ageWeeks: 200 };
    expect(probabilityActiveOfBg(cdnow, busy)).toBe(0);
    expect(expectedPurchasesOfBg(cdnow, busy, 52)).toBe(0);
    expect(probabilityActiveOfBg(cdnow, { ...busy, lastWeeks: 200 })).toBeGreaterThan(0.99);
    expect(expectedPurchasesOfBg(cdnow, { ...busy, lastWeeks: 200 }, 52)).toBeGreaterThan(100);
  });

  it('stays finite where nobody ever leaves, or everybody does at once', () => {
    for (const a of [1e-5, 50, 1e5]) {
      for (const b of [1e-5, 50, 1e5]) {
        for (const repeats of [0, 5, 3_000]) {
          const of = { repeats, lastWeeks: repeats === 0 ? 0 : 80, ageWeeks: 81 };
          expect(Number.isFinite(expectedPurchasesOfBg({ ...cdnow, r: 2, a, b }, of, 52))).toBe(true);
        }
      }
    }
  });

  it('goes through a = 1 smoothly', () => {
    const at = (a: number) => expectedPurchasesOfBg({ ...cdnow, a }, history, 39);
    expect(at(1)).toBeCloseTo((at(0.999) + at(1.001)) / 2, 5);
  });

  it('fits daily buyers, of whom the median bought on 150 days of 500', () => {
    const daily: CountedHistory[] = Array.from({ length: 200 }, (_, i) => {
      const ageWeeks = (100 + 2 * i) / 7;
      const repeats = 50 + i;
      return { repeats, ageWeeks, lastWeeks: i % 5 === 0 ? ageWeeks / 2 : ageWeeks - 1 / 7, count: 1 };
    });
    const { model, logLikelihood } = fitBg(cohortOf(daily, 0), { k: 1, dropoutAtFirst: 0 });
    expect(Number.isFinite(logLikelihood)).toBe(true);
    for (const value of [model.r, model.alpha, model.a, model.b]) expect(Number.isFinite(value)).toBe(true);
  });

  it('fits histories of one purchase to something that expects next to nothing', () => {
    const once = [10, 20, 30].map((ageWeeks) => ({ repeats: 0, lastWeeks: 0, ageWeeks, count: 50 }));
    for (const dropoutAtFirst of [0, 1] as const) {
      const { model } = fitBg(cohortOf(once, 0), { k: 1, dropoutAtFirst });
      expect(expectedPurchasesOfBg(model, { repeats: 0, lastWeeks: 0, ageWeeks: 30 }, 52)).toBeLessThan(0.05);
    }
  });
});

describe('a weighted cohort', () => {
  const histories: CountedHistory[] = [
    { repeats: 0, lastWeeks: 0, ageWeeks: 20, count: 3 },
    { repeats: 2, lastWeeks: 9, ageWeeks: 20, count: 2 },
    { repeats: 5, lastWeeks: 18, ageWeeks: 25, count: 1 },
  ];
  const one = histories.flatMap((each) => Array.from({ length: each.count }, () => ({ ...each, count: 1 })));

  it('is as likely as its shoppers one by one', () => {
    for (const model of [cdnow, grocery]) {
      const together = logLikelihoodOfBg(cohortOf(histories, 3), model);
      expect(together).toBeCloseTo(logLikelihoodOfBg(cohortOf(one, 3), model), 9);
    }
  });

  it('needs no correction of its forecast for k = 1 or when it is small', () => {
    expect(biasOfBg(cdnow, cohortOf(histories, 3), 52, 1)).toBe(1);
    expect(biasOfBg(grocery, cohortOf(histories, 3), 52)).toBe(1);
    expect(biasOfBg(grocery, cohortOf(histories, 3), 52, 1)).toBeGreaterThan(0.5);
  });

  it('refuses a history that cannot be', () => {
    expect(() => cohortOf([{ repeats: 1, lastWeeks: 3, ageWeeks: 2, count: 1 }], 0)).toThrow('no history');
    expect(() => cohortOf([{ repeats: 0, lastWeeks: 1, ageWeeks: 2, count: 1 }], 0)).toThrow('no history');
  });
});
