/** Crockford's base 32: no I, L, O or U, so that a code can be read out at the till. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 5 bits each: 80 bits of chance, not to be guessed. */
const RANDOM_LENGTH = 16;

/**
 * A coupon code of 17 characters: 80 bits of chance and a check character.
 *
 * @param chance at least 16 random bytes
 */
export function couponCode(chance: Uint8Array): string {
  const random = Array.from(
    { length: RANDOM_LENGTH },
    (_, index) => ALPHABET[(chance[index] ?? 0) & 31],
  ).join('');
  return random + checkCharacter(random);
}

/** A code as somebody typed it: in any case, with dashes or spaces, and with the letters that Crockford reads as digits. */
export function readCouponCode(typed: string): string {
  return typed.toUpperCase().replace(/[-\s]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}

/**
 * True of what cannot be a code because a character is wrong, missing or too many: any one mistyped character, and any
 * two neighbours exchanged but `0` and `Z`. Codes from before there was a check character are one shorter and pass.
 */
export function isMistyped(code: string): boolean {
  if (!Array.from(code).every((character) => ALPHABET.includes(character))) return true;
  if (code.length === RANDOM_LENGTH) return false;
  return code.length !== RANDOM_LENGTH + 1 || checkCharacter(code.slice(0, -1)) !== code.at(-1);
}

/** Luhn's algorithm modulo 32 (ISO/IEC 7812-1, for any even base). */
function checkCharacter(code: string): string {
  const base = ALPHABET.length;
  const sum = Array.from(code)
    .reverse()
    .reduce((total, character, index) => {
      const value = ALPHABET.indexOf(character) * (index % 2 === 0 ? 2 : 1);
      return total + Math.floor(value / base) + (value % base);
    }, 0);
  return ALPHABET[(base - (sum % base)) % base] as string;
}
