import fc from 'fast-check';
import type { Learned } from './calibration.rules.js';
import { merged, sumsBytes, sumsFrom } from './learned.rules.js';

const learned: fc.Arbitrary<Learned> = fc
  .array(
    fc.record({
      key: fc.nat(1_000),
      weight: fc.integer({ min: 1, max: 500 }),
      totalDb: fc.integer({ min: -9_000, max: 0 }),
    }),
  )
  .map((each) => ({
    stamp: 7,
    sums: new Map(each.map(({ key, weight, totalDb }) => [key, { weight, totalDb }])),
  }));

it('reads the sums it wrote', () => {
  fc.assert(fc.property(learned, (each) => expect(sumsFrom(sumsBytes(each))).toEqual(each.sums)));
});

it('adds what is new to what is known, which fades', () => {
  const sum = merged(
    { stamp: 7, sums: new Map([[1, { weight: 100, totalDb: -5_000 }]]) },
    {
      stamp: 7,
      sums: new Map([
        [1, { weight: 2, totalDb: -90 }],
        [2, { weight: 1, totalDb: -40 }],
      ]),
    },
  );
  expect(sum.sums.get(1)).toEqual({ weight: 100, totalDb: -4_990 });
  expect(sum.sums.get(2)).toEqual({ weight: 1, totalDb: -40 });
});

it('keeps the level of what it merges: weight and total fade alike', () => {
  fc.assert(
    fc.property(learned, (known) => {
      const later = merged(known, { stamp: 7, sums: new Map() });
      for (const [key, { weight, totalDb }] of later.sums) {
        const before = known.sums.get(key);
        expect(totalDb / weight).toBeCloseTo((before?.totalDb ?? 0) / (before?.weight ?? 1), 6);
      }
    }),
  );
});

it('drops what was learned under another numbering, and what has faded away', () => {
  const fresh: Learned = { stamp: 8, sums: new Map([[3, { weight: 1, totalDb: -50 }]]) };
  expect(merged({ stamp: 7, sums: new Map([[1, { weight: 9, totalDb: -400 }]]) }, fresh)).toEqual(fresh);
  const faint = merged({ stamp: 8, sums: new Map([[1, { weight: 0.005, totalDb: -0.3 }]]) }, fresh);
  expect([...faint.sums.keys()]).toEqual([3]);
});
