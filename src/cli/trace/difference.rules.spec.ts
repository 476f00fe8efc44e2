import { firstDifference } from './difference.rules.js';

const result = { stays: [{ w: 'a', zoneId: 'tea' }], walkers: 1, changes: [] };

describe('the first difference between what was expected and a result', () => {
  it.each([[{}], [{ walkers: 1 }], [{ stays: [{ w: 'a', zoneId: 'tea' }] }], [result]])(
    'is none for %j',
    (expected) => {
      expect(firstDifference(expected, result)).toBeUndefined();
    },
  );

  it.each([
    [{ walkers: 2 }, 'walkers: expected 2, is 1'],
    [{ decisions: [] }, 'decisions: expected [], is nothing'],
    [{ stays: [{ w: 'a', zoneId: 'coffee' }] }, 'stays[0].zoneId: expected "coffee", is "tea"'],
    [{ stays: [{ w: 'a' }] }, 'stays[0].zoneId: expected nothing, is "tea"'],
    [{ stays: [] }, 'stays[0]: expected nothing, is {"w":"a","zoneId":"tea"}'],
    [{ stays: {} }, 'stays: expected {}, is [{"w":"a","zoneId":"tea"}]'],
  ])('of %j is told by its place', (expected, difference) => {
    expect(firstDifference(expected, result)).toBe(difference);
  });

  it('cuts what is long', () => {
    const difference = firstDifference({ walkers: 'x'.repeat(1_000) }, result);
    expect(difference?.length).toBeLessThan(260);
  });
});
