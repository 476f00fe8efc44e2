/** An amount in minor units (cents) of an ISO 4217 currency. Always a whole number. */
export interface Money {
  amount: number;
  currency: string;
}

/** `percent` of `amount`, rounded half up to a whole minor unit; never negative. */
export function percentOf(amount: number, percent: number): number {
  return Math.max(0, Math.floor((amount * percent) / 100 + 0.5));
}

/** By currency: making a format to ask it took a quarter of the time of a decision. */
const digitsOf = new Map<string, number>();

/** How many digits a currency has after the point, as CLDR has it: 2 of EUR, none of JPY. */
export function minorDigits(currency: string): number {
  const known = digitsOf.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  digitsOf.set(currency, digits);
  return digits;
}

/** `2.00 EUR`: plain digits, because the words around it may be of any language. */
export function moneyText({ amount, currency }: Money): string {
  const digits = minorDigits(currency);
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}
