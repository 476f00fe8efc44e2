import fc from 'fast-check';
import { screened } from './batch.rules.js';

const batchOf = (...values: string[]) => ({
  good: values.map((value, index) => ({ index, value })),
  rejected: [],
});
const itself = (value: string): string => value;

describe('screened', () => {
  it('keeps the first of equal keys and names the later ones', () => {
    expect(screened(batchOf('a', 'b', 'a', 'a'), itself)).toEqual({
      good: [
        { index: 0, value: 'a' },
        { index: 1, value: 'b' },
      ],
      rejected: [2, 3].map((index) => ({
        index,
        code: 'duplicate-in-batch',
        detail: 'item 0 of this batch already says it',
      })),
    });
  });

  it('lets a good item follow a refused one of the same key', () => {
    const batch = {
      good: [
        { index: 1, value: { key: 'a', fine: false } },
        { index: 2, value: { key: 'a', fine: true } },
      ],
      rejected: [{ index: 0, code: 'required', detail: 'name' }],
    };
    const refusal = { code: 'unknown-store', detail: 'no such store' };
    const sorted = screened(
      batch,
      ({ key }) => key,
      ({ fine }) => (fine ? undefined : refusal),
    );
    expect(sorted.good.map(({ index }) => index)).toEqual([2]);
    expect(sorted.rejected).toEqual([batch.rejected[0], { index: 1, ...refusal }]);
  });

  it('loses no item, keeps no key twice, and answers by place', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), fc.constantFrom('a', 'x'), (values, bad) => {
        const { good, rejected } = screened(batchOf(...values), itself, (value) =>
          value === bad ? { code: 'bad', detail: 'bad' } : undefined,
        );
        expect(good.length + rejected.length).toBe(values.length);
        expect(new Set(good.map(({ value }) => value)).size).toBe(good.length);
        expect(rejected.map(({ index }) => index)).toEqual(
          rejected.map(({ index }) => index).sort((a, b) => a - b),
        );
      }),
    );
  });
});
