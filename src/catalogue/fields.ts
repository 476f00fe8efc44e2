import type { Field } from '../rules/index.js';

/** The field by which rules ask for stock: which products they name has to be known before. */
export const STOCK_FIELD = 'stock.available';

/** What a rule may ask about goods. */
export const catalogueFields: readonly Field[] = [
  {
    field: STOCK_FIELD,
    label: 'Product in stock here',
    description:
      'In the store that the shopper is in, by what was last reported; a product of which nothing was reported is taken to be there.',
    about: 'moment',
    type: 'boolean',
    parameters: [{ name: 'productId', type: 'text', label: 'Product' }],
    read: ({ inStock }, { productId = '' }) => inStock?.(productId),
  },
];
