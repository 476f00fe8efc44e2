import { DAY_MS, dayIn, localTime, type Instant } from '../../shared/index.js';

/** A line that was bought, as far as when, where and how much go. */
export interface BoughtLine {
  productId: string;
  /** Of the catalogue; null where it does not know the product. */
  category: string | null;
  channel: 'store' | 'online';
  purchasedAt: Instant;
  /** The store's zone, else the shopper's. */
  timeZone: string;
  quantity: number;
  /** Content of one pack, with its unit; null where it is not known. */
  packAmount: number | null;
  packUnit: string | null;
}

/** How somebody is used to buy one thing; of two alike the later one. */
export interface Preference {
  preferredChannel: 'store' | 'online';
  /** 1 Monday to 7 Sunday, on the wall of the store. */
  preferredWeekday: number;
  preferredHour: number;
  /** When what is at home is used up, at the pace until now; absent where packs are not known or too few. */
  runsOutAt?: Instant;
}

/** Fewer purchases tell no pace. */
const PURCHASES_FOR_A_PACE = 3;
/** A hundred years: keeps every date writable. */
const MAX_DAYS = 36_500;

/** The preferences by key; a line whose key is undefined is left out. */
export function preferencesOf(
  lines: readonly BoughtLine[],
  keyOf: (line: BoughtLine) => string | undefined,
): Map<string, Preference> {
  const byKey = new Map<string, BoughtLine[]>();
  for (const line of lines) {
    const key = keyOf(line);
    if (key === undefined) continue;
    const ofKey = byKey.get(key) ?? [];
    byKey.set(key, ofKey);
    ofKey.push(line);
  }
  return new Map([...byKey].map(([key, ofKey]) => [key, preferenceOf(ofKey)]));
}

function preferenceOf(lines: readonly BoughtLine[]): Preference {
  const ordered = [...lines].sort((a, b) => a.purchasedAt - b.purchasedAt);
  const local = ordered.map(({ purchasedAt, timeZone }) => localTime(purchasedAt, timeZone));
  const runsOutAt = runOutOf(ordered);
  return {
    preferredChannel: mostOf(ordered.map(({ channel }) => channel)),
    preferredWeekday: mostOf(local.map(({ isoWeekday }) => isoWeekday)),
    preferredHour: mostOf(local.map(({ hour }) => hour)),
    ...(runsOutAt !== undefined && { runsOutAt }),
  };
}

/** The value that is there most; of several the one that came last. */
function mostOf<Value>(values: readonly Value[]): Value {
  const counts = new Map<Value, number>();
  let most = values[0] as Value;
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if ((counts.get(value) ?? 0) >= (counts.get(most) ?? 0)) most = value;
  }
  return most;
}

/**
 * Depletion: what was bought before the last day was used up between the first day and the last one, so
 * `last + amount of the last day / (amount before / days)`. A double pack lasts twice as long.
 *
 * @param lines ascending; of several units, or with a pack whose content is not known, nothing is said
 */
function runOutOf(lines: readonly BoughtLine[]): Instant | undefined {
  const unit = lines[0]?.packUnit;
  const byDay = new Map<number, number>();
  for (const { packAmount, packUnit, quantity, purchasedAt, timeZone } of lines) {
    if (packAmount === null || packAmount <= 0 || packUnit === null || packUnit !== unit) return undefined;
    const day = dayIn(purchasedAt, timeZone);
    byDay.set(day, (byDay.get(day) ?? 0) + quantity * packAmount);
  }
  const days = [...byDay];
  const [first, last] = [days[0], days.at(-1)];
  if (days.length < PURCHASES_FOR_A_PACE || first === undefined || last === undefined) return undefined;
  const before = days.slice(0, -1).reduce((sum, [, amount]) => sum + amount, 0);
  const lasts = (last[1] * (last[0] - first[0])) / before;
  return (lines.at(-1)?.purchasedAt ?? 0) + Math.round(Math.min(lasts, MAX_DAYS) * DAY_MS);
}
