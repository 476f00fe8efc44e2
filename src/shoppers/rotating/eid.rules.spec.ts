import fc from 'fast-check';
import { computeEid, eidsBetween, windowAt, type EphemeralIdentity } from './eid.rules.js';

const identity: EphemeralIdentity = {
  key: Buffer.from('0102030405060708090a111213141516', 'hex'),
  rotationExponent: 10,
};

describe('an ephemeral identifier', () => {
  // RadiusNetworks/ephemeral_calc f42f90c, spec/encryptor_spec.rb.
  it.each([
    [0, 'a9b76a71c5f89290'],
    [2000, '4144413e45fefa58'],
  ])('at %i s is what another implementation says', (at, eid) => {
    expect(computeEid(identity, at)).toBe(eid);
  });

  // Computed from the specification with an implementation of AES in another language.
  it.each([
    [1, 'a9b76a71c5f89290'],
    [1023, 'a9b76a71c5f89290'],
    [1024, '4144413e45fefa58'],
    [2047, '4144413e45fefa58'],
    [2048, 'abf8b049c8a00d96'],
    [65_279, 'a2a2bd394ff76ef2'],
    [65_535, 'a2a2bd394ff76ef2'],
    [65_536, '396973b40660265b'],
    [70_000, '76ac1ff256ecb769'],
    [4_294_967_295, 'a3ad9cdfad092be4'],
  ])('at %i s follows the specification at the edges of windows and keys', (at, eid) => {
    expect(computeEid(identity, at)).toBe(eid);
  });

  it.each([-1, 2 ** 32])('does not exist at %i s, which no 32-bit clock tells', (at) => {
    expect(() => computeEid(identity, at)).toThrow(RangeError);
  });

  it('is the same taken alone or among its neighbours, across changes of the temporary key', () => {
    const exponent = fc.integer({ min: 0, max: 15 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        exponent,
        fc.nat(2 ** 31),
        (bytes, k, at) => {
          const each = { key: Buffer.from(bytes), rotationExponent: k };
          const window = windowAt(at, k);
          for (const { window: one, eid } of eidsBetween(each, window - 3, window + 3)) {
            expect(computeEid(each, one * 2 ** k)).toBe(eid);
          }
        },
      ),
    );
  });

  it('is given for no window before the clock began, or after it ended', () => {
    expect([...eidsBetween(identity, -2, 1)].map(({ window }) => window)).toEqual([0, 1]);
    const last = windowAt(2 ** 32 - 1, 10);
    expect([...eidsBetween(identity, last, last + 2)].map(({ window }) => window)).toEqual([last]);
  });
});
