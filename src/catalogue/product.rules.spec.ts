import type { ProductId } from '../shared/index.js';
import { productOf, stockKey, type ProductRow } from './product.rules.js';

const told: ProductRow = {
  product_id: 'p1' as ProductId,
  name: 'Filters',
  brand: '',
  own_brand: false,
  category: 'coffee filters',
  pack_amount: null,
  pack_unit: null,
  price: null,
  currency: null,
  unit_cost: null,
  equivalence_group: null,
};

describe('productOf', () => {
  it('leaves out what is not known', () => {
    expect(productOf(told)).toEqual({
      productId: 'p1',
      name: 'Filters',
      brand: '',
      ownBrand: false,
      category: 'coffee filters',
    });
  });

  it('gives price and cost in one currency, the pack, and the group', () => {
    const known = {
      ...told,
      pack_amount: 0.5,
      pack_unit: 'kg',
      price: 0,
      currency: 'EUR',
      unit_cost: 50,
      equivalence_group: 'filters',
    };
    expect(productOf(known)).toMatchObject({
      packSize: { amount: 0.5, unit: 'kg' },
      price: { amount: 0, currency: 'EUR' },
      unitCost: { amount: 50, currency: 'EUR' },
      equivalenceGroup: 'filters',
    });
  });
});

it('keeps stores and products apart in the key of a stock figure', () => {
  expect(stockKey('a', 'b:c')).not.toBe(stockKey('a:b', 'c'));
});
