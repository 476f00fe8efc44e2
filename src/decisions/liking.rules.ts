import type { ShopperView } from '../shared/index.js';

/** No rating moves a score by more than this. */
export const MOST_MOVED = 0.2;
/** How many ratings of three stars a shopper of whom nothing is known counts as having given. */
const UNDECIDED = 2;

/**
 * How much a shopper's ratings of offers about these categories raise or lower the score of another: from -0.2 to 0.2.
 * Of each category the mean of the stars against three, drawn to nought while there are few; of several the mean.
 */
export function likingFor(
  categories: ReadonlySet<string>,
  { ratings }: Pick<ShopperView, 'ratings'>,
): number {
  const known = [...categories]
    .map((category) => ratings?.get(category))
    .filter((each) => each !== undefined);
  if (known.length === 0) return 0;
  const sum = known.reduce(
    (total, { count, mean }) => total + (((mean - 3) / 2) * count) / (count + UNDECIDED),
    0,
  );
  return (MOST_MOVED * sum) / known.length;
}
