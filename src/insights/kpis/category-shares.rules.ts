import type { CategoryShare } from './kpis.dto.js';

/** What was counted of categories and brands, over one shopper in `oneIn`. */
export interface CategorySales {
  oneIn: number;
  /** Who bought anything that has a category. */
  shoppers: number;
  categories: readonly { category: string; buyers: number; units: number; own_units: number }[];
  brands: readonly BrandSales[];
  money: readonly { category: string; currency: string; paid: number }[];
}
interface BrandSales {
  category: string;
  brand: string;
  own_brand: boolean;
  buyers: number;
  units: number;
  /** Units of the whole category that the brand's buyers bought. */
  buyers_units: number;
}

export const NOTHING_SOLD: CategorySales = { oneIn: 1, shoppers: 0, categories: [], brands: [], money: [] };

const MOST_CATEGORIES = 100;
const MOST_BRANDS = 5;

/**
 * The share of each category in what is bought inside the store, and of each brand in what its buyers need of the
 * category: share of category requirement (Kumar and Reinartz, Customer Relationship Management, ch. 5), inside the
 * store only. The categories that most shoppers bought first; likewise brands.
 */
export function categorySharesOf(sales: CategorySales): CategoryShare[] {
  const turnover = new Map<string, number>();
  for (const { currency, paid } of sales.money) turnover.set(currency, (turnover.get(currency) ?? 0) + paid);
  return mostBought(sales.categories, ({ category }) => category, MOST_CATEGORIES).map(
    ({ category, buyers, units, own_units: ownUnits }) => ({
      category,
      penetration: buyers / sales.shoppers,
      revenueShare: sales.money
        .filter((row) => row.category === category && turnover.get(row.currency) !== 0)
        .map(({ currency, paid }) => ({ currency, share: paid / (turnover.get(currency) ?? paid) }))
        .sort((a, b) => (a.currency < b.currency ? -1 : 1)),
      ownBrandShare: units === 0 ? null : ownUnits / units,
      brands: brandsOf(sales.brands, category, buyers),
    }),
  );
}

function brandsOf(brands: readonly BrandSales[], category: string, buyers: number): CategoryShare['brands'] {
  const ofCategory = brands.filter((row) => row.category === category);
  return mostBought(ofCategory, ({ brand }) => brand, MOST_BRANDS).map((row) => ({
    brand: row.brand,
    ownBrand: row.own_brand,
    penetration: row.buyers / buyers,
    shareOfRequirement: row.units / row.buyers_units,
  }));
}

function mostBought<Row extends { buyers: number }>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  most: number,
): Row[] {
  return [...rows].sort((a, b) => b.buyers - a.buyers || (nameOf(a) < nameOf(b) ? -1 : 1)).slice(0, most);
}
