import { Recent } from './recent.js';

describe('Recent', () => {
  it('remembers as many as it promises, and at most twice as many', () => {
    const recent = new Recent<number, string>(3);
    for (let key = 1; key <= 30; key += 1) {
      recent.set(key, `value ${key}`);
      const held = Array.from({ length: key }, (_, index) => recent.get(index + 1)).filter(Boolean);
      expect(held.length).toBeLessThanOrEqual(6);
      expect(held.slice(-3)).toEqual(
        [key - 2, key - 1, key].filter((each) => each > 0).map((each) => `value ${each}`),
      );
    }
  });

  it('gives the newest value, also of a key it knew long before', () => {
    const recent = new Recent<string, number>(2);
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ] as const)
      recent.set(key, value);
    expect(recent.get('a')).toBe(3);
  });

  it('forgets every value of a key', () => {
    const recent = new Recent<string, number>(2);
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ] as const)
      recent.set(key, value);
    recent.delete('a');
    expect(recent.get('a')).toBeUndefined();
    expect(recent.get('b')).toBe(2);
  });
});
