import { categorySharesOf, NOTHING_SOLD, type CategorySales } from './category-shares.rules.js';

describe('shares inside the store', () => {
  // ann bought 3 Dairy and 1 Farm, bob 2 Dairy, cyd 4 Farm; dan only soap.
  const sales: CategorySales = {
    oneIn: 1,
    shoppers: 4,
    categories: [
      { category: 'soap', buyers: 1, units: 1, own_units: 0 },
      { category: 'milk', buyers: 3, units: 10, own_units: 5 },
    ],
    brands: [
      { category: 'milk', brand: 'Farm', own_brand: true, buyers: 2, units: 5, buyers_units: 8 },
      { category: 'milk', brand: 'Dairy', own_brand: false, buyers: 2, units: 5, buyers_units: 6 },
      { category: 'soap', brand: 'Soapy', own_brand: false, buyers: 1, units: 1, buyers_units: 1 },
    ],
    money: [
      { category: 'milk', currency: 'EUR', paid: 900 },
      { category: 'soap', currency: 'EUR', paid: 100 },
      { category: 'milk', currency: 'CHF', paid: 50 },
      { category: 'milk', currency: 'USD', paid: 0 },
    ],
  };

  it('are of what the brand’s buyers need of the category, not of all there is', () => {
    const [milk, soap] = categorySharesOf(sales);
    expect(milk).toEqual({
      category: 'milk',
      penetration: 0.75,
      revenueShare: [
        { currency: 'CHF', share: 1 },
        { currency: 'EUR', share: 0.9 },
      ],
      ownBrandShare: 0.5,
      brands: [
        // ann and bob bought 6 of the category, 5 of them Dairy
        { brand: 'Dairy', ownBrand: false, penetration: 2 / 3, shareOfRequirement: 5 / 6 },
        // ann and cyd bought 8, 5 of them Farm
        { brand: 'Farm', ownBrand: true, penetration: 2 / 3, shareOfRequirement: 5 / 8 },
      ],
    });
    expect(soap).toMatchObject({ penetration: 0.25, ownBrandShare: 0, brands: [{ shareOfRequirement: 1 }] });
  });

  it('name the hundred categories most bought, and five brands of each', () => {
    const categories = Array.from({ length: 120 }, (_, index) => ({
      category: `c${index}`,
      buyers: index,
      units: index,
      own_units: 0,
    }));
    const brands = Array.from({ length: 9 }, (_, index) => ({
      category: 'c119',
      brand: `b${index}`,
      own_brand: false,
      buyers: 1,
      units: 1,
      buyers_units: 2,
    }));
    const shares = categorySharesOf({ ...NOTHING_SOLD, shoppers: 200, categories, brands });
    expect(shares).toHaveLength(100);
    expect(shares[0]).toMatchObject({ category: 'c119', revenueShare: [] });
    expect(shares[0]?.brands.map(({ brand }) => brand)).toEqual(['b0', 'b1', 'b2', 'b3', 'b4']);
    expect(categorySharesOf(NOTHING_SOLD)).toEqual([]);
  });
});
