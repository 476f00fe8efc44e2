/** An amount in minor units (cents) of an ISO 4217 currency. Always a whole number. */
export interface Money {
  amount: number;
  currency: string;
}

/** `percent` of `amount`, rounded half up to a whole minor unit; never negative. */
export function percentOf(amount: number, percent: number): number {
  return Math.max(0, Math.floor((amount * percent) / 100 + 0.5));
}
