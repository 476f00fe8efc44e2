import { DAY_MS, gaussian, seeded, toRfc3339, type Instant } from '../../shared/index.js';
import { STORE_ID } from './layout.rules.js';
import type { Habit, Person } from './people.rules.js';
import { productIdOf, type DemoMoney, type DemoProduct } from './products.rules.js';

/** A purchase as `POST /v1/purchases` takes it. */
export interface DemoPurchase {
  purchaseId: string;
  shopperId: string;
  storeId?: string;
  channel: 'store' | 'online';
  purchasedAt: string;
  lines: DemoLine[];
}

export interface DemoLine {
  productId: string;
  quantity: number;
  unitPrice: DemoMoney;
  couponCode?: string;
}

const HISTORY_DAYS = 330;
/** Gaps of one household scatter by so much around their mean. */
const SCATTER = 0.09;
/** A newcomer's first trips lie at least so far back, so that every habit has been seen. */
const SHORTEST_HISTORY_DAYS = 240;

/**
 * What one person has bought in the eight to eleven months before the demo began. Always the same for the same
 * beginning, so that a set-up which was cut short can be done again.
 *
 * @param beganAt the moment of the first set-up
 */
export function historyOf(
  person: Person,
  prices: ReadonlyMap<string, DemoProduct>,
  beganAt: Instant,
): DemoPurchase[] {
  const trips = new Map<number, DemoLine[]>();
  for (const habit of person.habits) {
    const productId = productIdOf(habit.group, habit.brand);
    const price = prices.get(productId)?.price;
    if (price === undefined) continue;
    for (const daysAgo of daysOf(person, habit)) {
      const lines = trips.get(daysAgo) ?? [];
      trips.set(daysAgo, [...lines, { productId, quantity: 1, unitPrice: price }]);
    }
  }
  const inStore = [...trips].map(([daysAgo, lines]) => ({
    purchaseId: `${person.shopperId}-${daysAgo}`,
    shopperId: person.shopperId,
    storeId: STORE_ID,
    channel: 'store' as const,
    purchasedAt: toRfc3339(beganAt - daysAgo * DAY_MS - minutesOf(person, daysAgo) * 60_000),
    lines,
  }));
  return [...inStore, ...onlineOf(person, prices, beganAt)].sort(byTime);
}

/** On which days, counted back from the beginning, a habit was bought: each on a trip that was made anyway. */
function daysOf({ shopperId, tripEveryDays }: Person, habit: Habit): Set<number> {
  const roll = seeded(`${shopperId} ${habit.group}`);
  const reach = SHORTEST_HISTORY_DAYS + roll() * (HISTORY_DAYS - SHORTEST_HISTORY_DAYS);
  const days = new Set<number>();
  for (
    let daysAgo = habit.lastDaysAgo;
    daysAgo < reach;
    daysAgo += habit.everyDays * Math.exp(SCATTER * gaussian(roll))
  ) {
    days.add(Math.max(1, Math.round(daysAgo / tripEveryDays)) * tripEveryDays);
  }
  return days;
}

/** Coffee filters by post: whoever has bought them yesterday needs no reminder today. */
function onlineOf(
  { shopperId, boughtFiltersOnline, habits }: Person,
  prices: ReadonlyMap<string, DemoProduct>,
  beganAt: Instant,
): DemoPurchase[] {
  const habit = habits.find(({ group }) => group === 'filters');
  const product = habit && prices.get(productIdOf(habit.group, habit.brand));
  if (!boughtFiltersOnline || product === undefined) return [];
  const line = { productId: product.productId, quantity: 1, unitPrice: product.price };
  const purchasedAt = toRfc3339(beganAt - DAY_MS);
  return [{ purchaseId: `${shopperId}-online`, shopperId, channel: 'online', purchasedAt, lines: [line] }];
}

/** Not all at one minute. */
function minutesOf({ shopperId }: Person, daysAgo: number): number {
  return Math.floor(seeded(`${shopperId} ${daysAgo}`)() * 300);
}

function byTime(a: DemoPurchase, b: DemoPurchase): number {
  return a.purchasedAt < b.purchasedAt ? -1 : 1;
}
