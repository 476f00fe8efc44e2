import { Sealing } from './sealing.js';

const SECRET = 'a-secret-of-at-least-thirty-two-characters';

describe('sealing', () => {
  const sealing = new Sealing(SECRET, 'test');

  it('gives back what was sealed, and never seals alike', () => {
    const sealed = sealing.seal('Füllhorn', 'g1');
    expect(sealing.open(sealed, 'g1')).toBe('Füllhorn');
    expect(sealing.seal('Füllhorn', 'g1')).not.toEqual(sealed);
    expect(sealed.toString('utf8')).not.toContain('llhorn');
  });

  it.each([
    ['another secret', new Sealing(`${SECRET}!`, 'test'), 'g1'],
    ['another purpose', new Sealing(SECRET, 'other'), 'g1'],
    ['somebody else', sealing, 'g2'],
  ])('does not open for %s', (_, other, whose) => {
    const sealed = sealing.seal('text', 'g1');
    expect(() => other.open(sealed, whose)).toThrow();
  });

  it('does not open what was changed or cut', () => {
    const sealed = sealing.seal('text');
    const changed = Buffer.from(sealed);
    changed[changed.length - 1]! ^= 1;
    expect(() => sealing.open(changed)).toThrow();
    expect(() => sealing.open(sealed.subarray(0, 8))).toThrow();
  });
});
