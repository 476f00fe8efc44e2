/** Crockford's base 32: no I, L, O or U, so that a code can be read out at the till. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 16;

/**
 * A coupon code of 16 characters: 80 bits of chance, not to be guessed.
 *
 * @param chance at least 16 random bytes
 */
export function couponCode(chance: Uint8Array): string {
  return Array.from({ length: LENGTH }, (_, index) => ALPHABET[(chance[index] ?? 0) & 31]).join('');
}

/** A code as somebody typed it: in any case, with dashes or spaces, and with the letters that Crockford reads as digits. */
export function readCouponCode(typed: string): string {
  return typed.toUpperCase().replace(/[-\s]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}
