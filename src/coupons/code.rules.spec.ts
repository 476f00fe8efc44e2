import fc from 'fast-check';
import { couponCode, isMistyped, readCouponCode } from './code.rules.js';

const chance = fc.uint8Array({ minLength: 16, maxLength: 16 });
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

describe('coupon codes', () => {
  it('have 17 characters that cannot be mistaken for one another', () => {
    fc.assert(fc.property(chance, (bytes) => /^[0-9A-HJKMNP-TV-Z]{17}$/.test(couponCode(bytes))));
  });

  it('are read back as they were made', () => {
    fc.assert(
      fc.property(chance, (bytes) => {
        const code = couponCode(bytes);
        return readCouponCode(code) === code && !isMistyped(code);
      }),
    );
  });

  it('tell chance apart: each of the 80 bits changes them', () => {
    fc.assert(
      fc.property(chance, fc.nat(15), fc.nat(4), (bytes, at, bit) => {
        const other = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ (1 << bit) : byte));
        return couponCode(other) !== couponCode(bytes);
      }),
    );
  });

  it.each([
    ['0123-4567-89ab-cdef', '0123456789ABCDEF'],
    ['o123 i567 l9AB CDEF', '0123156719ABCDEF'],
  ])('are read as people type them: %s', (typed, code) => {
    expect(readCouponCode(typed)).toBe(code);
  });

  it('are known to be mistyped when one character is wrong', () => {
    fc.assert(
      fc.property(chance, fc.nat(16), fc.constantFrom(...Array.from(ALPHABET)), (bytes, at, other) => {
        const code = couponCode(bytes);
        fc.pre(code[at] !== other);
        return isMistyped(code.slice(0, at) + other + code.slice(at + 1));
      }),
    );
  });

  it('are known to be mistyped when two neighbours are exchanged', () => {
    fc.assert(
      fc.property(chance, fc.nat(15), (bytes, at) => {
        const code = couponCode(bytes);
        const [a = '', b = ''] = [code[at], code[at + 1]];
        fc.pre(a !== b && !(a + b === '0Z' || a + b === 'Z0'));
        return isMistyped(code.slice(0, at) + b + a + code.slice(at + 2));
      }),
    );
  });

  it('of another length or with strange characters are none; those of 16 characters are of old', () => {
    const code = couponCode(new Uint8Array(16));
    expect([code.slice(0, 15), `${code}0`, 'ÄÖÜ', ''].map(isMistyped)).toEqual([true, true, true, true]);
    expect(isMistyped('0123456789ABCDEF')).toBe(false);
  });
});
