import normalCdf from '@stdlib/stats-base-dists-normal-cdf';

export type TrendLevel = 'category' | 'product';

/** Purchases with an item, in a window and in the one it is compared with. */
export interface Compared {
  now: number;
  before: number;
  /** Sums over shoppers of the squares of their counts in each window, and of their products. */
  nowSquared: number;
  beforeSquared: number;
  nowTimesBefore: number;
  /** Who bought it in either. */
  shoppers: number;
}

/** `fewCounts`: too few to tell; `unclear`: within what chance makes. */
export type Mark = 'rising' | 'falling' | 'unclear' | 'fewCounts';

export interface Growth {
  /** now / before - 1; null where there was nothing before. */
  growth: number | null;
  /** 95 % interval of it; null where there was nothing in one of the windows. */
  growthLow: number | null;
  growthHigh: number | null;
  mark: Mark;
}

/** Below these, one shopper's whim makes a trend. */
export const FEWEST_PURCHASES = 20;
export const FEWEST_SHOPPERS = 10;
/** Of the items that are marked, at most so many in a hundred are expected to be marked by chance. */
export const FALSE_DISCOVERY_RATE = 0.05;
const Z_95 = 1.959964;
/** Added to both counts where one is nothing, so that their ratio is finite (Haldane 1956). */
const HALF = 0.5;

/**
 * How much each item grew, and which of them did so beyond chance. Whoever buys often counts often, so purchases are
 * not independent: shoppers are. The variance of the log ratio is therefore the sum over shoppers s of
 * (x_s / X - y_s / Y)^2, times m / (m - 1) of m shoppers: the cluster-robust (sandwich) variance of a ratio, which is
 * 1 / X + 1 / Y where purchases are independent (Poisson), more where they come in bursts, less where they are habits.
 * Marks are given by Benjamini and Hochberg (1995) over all items with enough counts.
 */
export function growthOf(items: readonly Compared[]): Growth[] {
  const judged = items.map((item) => ({ item, z: zOf(item) }));
  const marked = discoveries(
    judged.map(({ item, z }) => (hasEnough(item) ? 2 * normalCdf(-Math.abs(z), 0, 1) : undefined)),
  );
  return judged.map(({ item, z }, place) => ({
    ...intervalOf(item),
    mark: markOf(item, z, marked.has(place)),
  }));
}

/**
 * The places of the p-values that are rejected at the false discovery rate; undefined ones are not tested.
 *
 * Y. Benjamini and Y. Hochberg, J. R. Statist. Soc. B 57 (1995): the largest k with p(k) <= k q / m.
 */
export function discoveries(
  pValues: readonly (number | undefined)[],
  rate = FALSE_DISCOVERY_RATE,
): Set<number> {
  const tested = pValues
    .flatMap((p, place) => (p === undefined ? [] : [{ p, place }]))
    .sort((a, b) => a.p - b.p);
  const last = tested.findLastIndex(({ p }, rank) => p <= ((rank + 1) * rate) / tested.length);
  return new Set(tested.slice(0, last + 1).map(({ place }) => place));
}

/** Marked items first, the most changed purchases first among them; then the others, likewise. */
export function moversFirst<Item extends { mark: Mark; change: number; key: string }>(
  items: readonly Item[],
): Item[] {
  const rank = ({ mark }: Item): number => (mark === 'rising' || mark === 'falling' ? 0 : 1);
  return [...items].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      Math.abs(b.change) - Math.abs(a.change) ||
      (a.key < b.key ? -1 : Number(a.key > b.key)),
  );
}

function hasEnough({ now, before, shoppers }: Compared): boolean {
  return now + before >= FEWEST_PURCHASES && shoppers >= FEWEST_SHOPPERS;
}

/** The log ratio in standard errors. */
function zOf(item: Compared): number {
  const { now, before } = item;
  const logRatio = now > 0 && before > 0 ? Math.log(now / before) : Math.log((now + HALF) / (before + HALF));
  if (logRatio === 0) return 0;
  const variance = now > 0 && before > 0 ? clusteredVariance(item) : 1 / (now + HALF) + 1 / (before + HALF);
  return logRatio / Math.sqrt(variance);
}

function clusteredVariance({ now, before, shoppers, ...sums }: Compared): number {
  const plain =
    sums.nowSquared / now ** 2 +
    sums.beforeSquared / before ** 2 -
    (2 * sums.nowTimesBefore) / (now * before);
  // Rounding may leave a little less than nothing.
  return (Math.max(0, plain) * shoppers) / Math.max(1, shoppers - 1);
}

function intervalOf(item: Compared): Omit<Growth, 'mark'> {
  const { now, before } = item;
  if (before === 0) return { growth: null, growthLow: null, growthHigh: null };
  if (now === 0) return { growth: -1, growthLow: null, growthHigh: null };
  const halfWidth = Z_95 * Math.sqrt(clusteredVariance(item));
  const ratio = now / before;
  return {
    growth: ratio - 1,
    growthLow: ratio * Math.exp(-halfWidth) - 1,
    growthHigh: ratio * Math.exp(halfWidth) - 1,
  };
}

function markOf(item: Compared, z: number, isMarked: boolean): Mark {
  if (!hasEnough(item)) return 'fewCounts';
  if (!isMarked) return 'unclear';
  return z > 0 ? 'rising' : 'falling';
}
