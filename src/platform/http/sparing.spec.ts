import { Sparing } from './sparing.js';

describe('telling of the same thing', () => {
  it('happens once a second, and says how many were kept back', () => {
    const sparing = new Sparing();
    expect(sparing.admit('a', 10_000)).toBe(0);
    expect(sparing.admit('a', 10_001)).toBeUndefined();
    expect(sparing.admit('a', 10_999)).toBeUndefined();
    expect(sparing.admit('a', 11_000)).toBe(2);
    expect(sparing.admit('a', 12_000)).toBe(0);
  });

  it('keeps back nothing that is another thing', () => {
    const sparing = new Sparing();
    sparing.admit('a', 10_000);
    expect(sparing.admit('b', 10_000)).toBe(0);
  });

  it('holds a bounded number of things', () => {
    const sparing = new Sparing();
    for (let thing = 0; thing < 1_001; thing += 1) sparing.admit(String(thing), 10_000);
    // The first was forgotten with the others, so it is told again rather than kept.
    expect(sparing.admit('0', 10_000)).toBe(0);
  });
});
