import fc from 'fast-check';
import { couponCode, readCouponCode } from './code.rules.js';

const chance = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('coupon codes', () => {
  it('have 16 characters that cannot be mistaken for one another', () => {
    fc.assert(fc.property(chance, (bytes) => /^[0-9A-HJKMNP-TV-Z]{16}$/.test(couponCode(bytes))));
  });

  it('are read back as they were made', () => {
    fc.assert(fc.property(chance, (bytes) => readCouponCode(couponCode(bytes)) === couponCode(bytes)));
  });

  it.each([
    ['0123-4567-89ab-cdef', '0123456789ABCDEF'],
    ['o123 i567 l9AB CDEF', '0123156719ABCDEF'],
  ])('are read as people type them: %s', (typed, code) => {
    expect(readCouponCode(typed)).toBe(code);
  });
});
