import type { TrendItem } from './trends.dto.js';
import type { TrendRow } from './trends.repository.js';
import { growthOf, moversFirst, type Compared, type TrendLevel } from './trends.rules.js';

/** The rows as they are shown: how each item grew, and which did so beyond chance, movers first. */
export function itemsOf(level: TrendLevel, rows: readonly TrendRow[], withYearAgo: boolean): TrendItem[] {
  const recent = rows.filter(({ x, y }) => x + y > 0);
  const growths = growthOf(recent.map(againstBefore));
  const yearly = withYearAgo ? growthOf(recent.map(againstYearAgo)) : [];
  const judged = recent.flatMap((row, place) => {
    const growth = growths[place];
    const yearOnYear = yearly[place];
    if (growth === undefined) return [];
    const item: TrendItem = {
      ...nameOf(level, row),
      purchases: row.x,
      purchasesBefore: row.y,
      ...growth,
      units: row.units,
      revenue: row.money.flatMap(({ currency, now }) =>
        now === 0 ? [] : { amount: rounded(now), currency },
      ),
      revenueBefore: row.money.flatMap(({ currency, before }) =>
        before === 0 ? [] : { amount: rounded(before), currency },
      ),
      yearOnYear: yearOnYear === undefined ? null : { purchasesBefore: row.z, ...yearOnYear },
    };
    return { item, key: row.key, change: row.x - row.y, mark: growth.mark };
  });
  return moversFirst(judged).map(({ item }) => item);
}

function nameOf(
  level: TrendLevel,
  { key, name, brand, category }: TrendRow,
): Pick<TrendItem, 'category' | 'productId' | 'name' | 'brand'> {
  if (level === 'category') return { category: key, productId: null, name: null, brand: null };
  return { category: category ?? null, productId: key, name: name ?? null, brand: brand ?? null };
}

function againstBefore(row: TrendRow): Compared {
  return {
    now: row.x,
    before: row.y,
    nowSquared: row.xx,
    beforeSquared: row.yy,
    nowTimesBefore: row.xy,
    shoppers: row.shoppers_xy,
  };
}

function againstYearAgo(row: TrendRow): Compared {
  return {
    now: row.x,
    before: row.z,
    nowSquared: row.xx,
    beforeSquared: row.zz,
    nowTimesBefore: row.xz,
    shoppers: row.shoppers_xz,
  };
}

/** To a whole minor unit, half up: quantities may be parts. */
function rounded(amount: number): number {
  return Math.floor(amount + 0.5);
}
