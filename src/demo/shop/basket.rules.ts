import { seeded } from '../../shared/index.js';
import type { DemoLine } from './history.rules.js';
import type { Person } from './people.rules.js';
import { productIdOf, type DemoProduct } from './products.rules.js';

/** What is gone in a few days and may be bought over and over without using up anybody's reminders. */
const EVERYDAY = new Set(['bread', 'apples', 'yoghurt', 'chocolate', 'crisps']);

/** What somebody takes to the till on one visit; undefined for the many who only look. */
export function basketOf(
  person: Person,
  visit: number,
  prices: ReadonlyMap<string, DemoProduct>,
): DemoLine[] | undefined {
  const roll = seeded(`${person.shopperId} basket ${visit}`);
  if (roll() < 0.6) return undefined;
  const lines = person.habits
    .filter(({ group }) => EVERYDAY.has(group))
    .map(({ group, brand }) => lineFor(prices.get(productIdOf(group, brand))))
    .filter((line) => line !== undefined);
  return lines.length > 0 ? lines : undefined;
}

/** A product for the basket at the price on the shelf. */
export function lineFor(product: DemoProduct | undefined): DemoLine | undefined {
  return product && { productId: product.productId, quantity: 1, unitPrice: product.price };
}

/**
 * Whether a coupon is taken to the till on this visit. Seldom: a redeemed reminder is not due again for weeks, and
 * the demo should still remind people in the evening.
 */
export function takesCoupon({ shopperId, redeems }: Person, visit: number): boolean {
  return redeems && seeded(`${shopperId} coupon ${visit}`)() < 0.12;
}
