import { localTime, minorDigits, type Instant, type StoreId } from '../../shared/index.js';
import type { Programme } from './programme.schema.js';

/** A line of a purchase with what the catalogue knows of its product; null where it knows nothing. */
export interface EarningLine {
  quantity: number;
  unitPrice: number | null;
  discount: number | null;
  currency: string | null;
  category: string | null;
  brand: string | null;
  ownBrand: boolean | null;
}

export interface EarningPurchase {
  purchasedAt: Instant;
  channel: 'store' | 'online';
  storeId: StoreId | null;
  lines: readonly EarningLine[];
}

/**
 * The points of a purchase: Σ over lines and the rules that match them of paid × pointsPerUnit, times the tier's
 * multiplier, plus the bonus where something was bought; whole points, cut towards zero. What was brought back takes
 * points in the same way. Lines in another currency, or without a price, earn nothing.
 *
 * @param multiplier of the tier the shopper is in when the purchase is recorded
 */
export function pointsOf(purchase: EarningPurchase, programme: Programme, multiplier: number): number {
  if (programme.startsAt !== undefined && purchase.purchasedAt < Date.parse(programme.startsAt)) return 0;
  const unit = 10 ** minorDigits(programme.currency);
  const { isoWeekday } = localTime(purchase.purchasedAt, programme.timeZone);
  const rules = programme.earning.filter(
    ({ channels, storeIds, daysOfWeek }) =>
      admits(channels, purchase.channel) &&
      admits(storeIds, purchase.storeId) &&
      admits(daysOfWeek, isoWeekday),
  );
  const earned = purchase.lines.reduce((sum, line) => {
    const perUnit = rules
      .filter((rule) => matches(rule, line))
      .reduce((total, rule) => total + rule.pointsPerUnit, 0);
    return sum + (paidOf(line, programme.currency) / unit) * perUnit;
  }, 0);
  const bonus = purchase.lines.some(({ quantity }) => quantity > 0) ? programme.purchaseBonus : 0;
  // A hundredth of a point is no point lost: 0.1 × 30 is 3, whatever the binary fractions say.
  return Math.trunc(Math.round(earned * multiplier * 1e6) / 1e6) + bonus;
}

type Rule = Programme['earning'][number];

function matches({ categories, brands, ownBrand }: Rule, line: EarningLine): boolean {
  return (
    admits(categories, line.category) &&
    admits(brands, line.brand) &&
    (ownBrand === undefined || ownBrand === line.ownBrand)
  );
}

/** An empty list is no restriction. */
function admits<T>(list: readonly T[], value: T | null): boolean {
  return list.length === 0 || (value !== null && list.includes(value));
}

function paidOf({ quantity, unitPrice, discount, currency }: EarningLine, wanted: string): number {
  if (unitPrice === null || currency !== wanted) return 0;
  return Math.sign(quantity) * (Math.floor(Math.abs(quantity) * unitPrice + 0.5) - (discount ?? 0));
}
