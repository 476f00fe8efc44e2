import { ColumnFinder, layoutOf, nested, valuesOf, valuesOfObject, type Column } from './columns.rules.js';

const columns: Column[] = [
  { path: 'productId', kind: 'text', required: true },
  { path: 'ownBrand', kind: 'boolean' },
  { path: 'price.amount', kind: 'number', aliases: ['price'], required: true },
  { path: 'price.currency', kind: 'text', aliases: ['currency'] },
  { path: 'tags', kind: 'list' },
  { path: 'attributes', kind: 'json', collects: true },
];
const layout = (...header: string[]) => layoutOf(header, columns);
const read = (header: string[], cells: string[]) => {
  const found = layoutOf(header, columns);
  if (!found.ok) throw new Error(found.detail);
  return nested(valuesOf(cells, found.value, columns), columns);
};

describe('the header of a file', () => {
  it.each([
    ['product_id', 'price'],
    ['productId', 'price_amount'],
    ['PRODUCT ID', 'Price.Amount'],
    ['Product-Id', 'priceAmount'],
  ])('is understood in any spelling: %s, %s', (...header) => {
    expect(read(header, ['p1', '199'])).toEqual({ productId: 'p1', price: { amount: 199 } });
  });

  it('names what is missing, and what comes twice', () => {
    expect(layout('price')).toMatchObject({
      why: 'missing-column',
      detail: expect.stringContaining('columns product_id; it has price'),
    });
    expect(layout('product_id', 'price', 'priceAmount')).toMatchObject({
      why: 'duplicate-column',
      detail: 'the column priceAmount says what price says already',
    });
  });

  it('tells of the columns that are ignored', () => {
    expect(layout('product_id', 'department', 'price', '')).toMatchObject({
      value: { ignored: ['department'] },
    });
  });
});

describe('a row by its columns', () => {
  it('becomes the item of the contract; what is empty is absent', () => {
    const header = ['product_id', 'own_brand', 'price', 'currency', 'tags', 'attributes.pet', 'attributes'];
    expect(read(header, [' p1 ', 'Yes', '1.5e2', 'EUR', 'a | b c', 'dog'])).toEqual({
      productId: 'p1',
      ownBrand: true,
      price: { amount: 150, currency: 'EUR' },
      tags: ['a', 'b', 'c'],
      attributes: { pet: 'dog' },
    });
    expect(read(header, ['p1', '', ' ', '', ''])).toEqual({ productId: 'p1' });
  });

  it('keeps what cannot be converted for the schema to name', () => {
    expect(read(['product_id', 'own_brand', 'price'], ['p1', 'maybe', '1,5'])).toEqual({
      productId: 'p1',
      ownBrand: 'maybe',
      price: { amount: '1,5' },
    });
  });

  it('may be an object with the names of the columns', () => {
    const row = { product_id: 150, own_brand: true, price: '199', unknown: 1, currency: null };
    expect(nested(valuesOfObject(row, new ColumnFinder(columns), columns), columns)).toEqual({
      productId: '150',
      ownBrand: true,
      price: { amount: 199 },
    });
  });
});
