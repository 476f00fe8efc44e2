import { sortBulk } from '../platform/index.js';
import { productItem, stockItem } from './catalogue.dto.js';

const filters = {
  productId: 'p1',
  name: 'Filters',
  brand: 'Melitta',
  ownBrand: false,
  category: 'coffee filters',
  price: { amount: 199, currency: 'EUR' },
};
const codesOf = (schema: typeof productItem | typeof stockItem, item: unknown): string[] =>
  sortBulk(schema, [item]).rejected.map(({ code, detail }) => `${code} ${detail.split(':', 1)[0] ?? ''}`);

describe('a product', () => {
  it('is taken with all it can have', () => {
    const whole = {
      ...filters,
      packSize: { amount: 100, unit: 'pieces' },
      unitCost: { amount: 80, currency: 'EUR' },
      equivalenceGroup: 'filters',
    };
    expect(productItem.parse(whole)).toEqual(whole);
  });

  it.each([
    [{ ...filters, price: undefined }, 'required price'],
    [{ ...filters, price: { amount: 1.5, currency: 'EUR' } }, 'wrong-type price.amount'],
    [{ ...filters, unitCost: { amount: 80, currency: 'CHF' } }, 'currency-mismatch unitCost.currency'],
    [{ ...filters, packSize: { amount: 0, unit: 'g' } }, 'out-of-range packSize.amount'],
    [{ ...filters, colour: 'white' }, 'unknown-field colour'],
    [{ ...filters, name: 'a\0b' }, 'invalid name'],
    [{ ...filters, productId: 'no spaces' }, 'invalid-format productId'],
  ])('is refused: %j', (item, fault) => {
    expect(codesOf(productItem, item)).toEqual([fault]);
  });
});

describe('a stock figure', () => {
  it.each([true, false, 0, 12])('may be %s', (available) => {
    expect(codesOf(stockItem, { storeId: 's1', productId: 'p1', available })).toEqual([]);
  });

  it.each([-1, 1.5, 'yes', null])('may not be %s', (available) => {
    expect(codesOf(stockItem, { storeId: 's1', productId: 'p1', available })).toHaveLength(1);
  });
});
