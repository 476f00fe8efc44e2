/** What there is of one currency: an amount, or a share of it. */
interface OfCurrency {
  currency: string;
  amount: number | null;
}

/**
 * Amounts of several currencies as columns of a table, one a currency (`revenueEUR`): never added up, and no row
 * repeated for each of them.
 */
export interface MoneyColumns<Row> {
  names: readonly string[];
  /** In the order of the names; undefined where there is nothing of that currency. */
  cellsOf: (row: Row) => (number | null | undefined)[];
}

export function moneyColumns<Row>(
  name: string,
  rows: readonly Row[],
  of: (row: Row) => readonly OfCurrency[],
): MoneyColumns<Row> {
  const currencies = [...new Set(rows.flatMap((row) => of(row).map(({ currency }) => currency)))].sort();
  return {
    names: currencies.map((currency) => `${name}${currency}`),
    cellsOf: (row) =>
      currencies.map((currency) => of(row).find((each) => each.currency === currency)?.amount),
  };
}
