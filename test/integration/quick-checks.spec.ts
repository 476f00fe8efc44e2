import fc from 'fast-check';
import type { z } from 'zod';
import { productItem } from '../../src/catalogue/catalogue.dto.js';
import { quick as quickProduct } from '../../src/catalogue/product-import.js';
import { bulkStatement } from '../../src/consent/consent.dto.js';
import { quick as quickConsent } from '../../src/consent/consent-import.js';
import { profileOf } from '../../src/shoppers/profiles/profile.dto.js';
import { quick as quickShopper } from '../../src/shoppers/profiles/shopper-import.js';
import { purchase } from '../../src/shoppers/purchases/purchase.dto.js';
import { quickPurchase } from '../../src/shoppers/import/purchase-file.rules.js';

const EUR = { amount: 199, currency: 'EUR' };
const cases: [string, z.ZodType, (item: unknown) => unknown, object][] = [
  [
    'purchases',
    purchase,
    quickPurchase,
    {
      purchaseId: 'b1',
      shopperId: 'ada',
      channel: 'store',
      purchasedAt: '2026-05-01T10:00:00+02:00',
      lines: [{ productId: 'p1', quantity: 2, unitPrice: EUR, discount: EUR, couponCode: 'A 1' }],
    },
  ],
  [
    'products',
    productItem,
    quickProduct,
    { productId: 'p1', name: 'Tea', brand: '', ownBrand: false, category: 'tea', price: EUR, unitCost: EUR },
  ],
  [
    'shoppers',
    profileOf,
    quickShopper,
    {
      shopperId: 'ada',
      displayName: 'Ada',
      locale: 'fr-BE',
      birthday: '02-29',
      attributes: { pet: 'dog', tags: ['a'], none: null },
      loyalty: { tier: 'gold', points: 1.5, since: '2024-05-01' },
      acquisition: { channel: 'web', at: '2024-05-01T10:00:00Z', by: 'signup', cost: EUR },
      carries: ['mac:0123456789ab'],
    },
  ],
  [
    'consents',
    bulkStatement,
    quickConsent,
    {
      shopperId: 'ada',
      purpose: 'push',
      granted: true,
      policyVersion: 'v1',
      source: 'till',
      at: '2026-05-01T10:00:00Z',
    },
  ],
];

/** Values that doors stumble over. */
const odd = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    ' ',
    ' x',
    'x ',
    '\0',
    '\ud800',
    '😀',
    0,
    -1,
    1.5,
    1e13,
    Infinity,
    NaN,
    true,
    [],
    {},
  ),
  fc.constantFrom('2026-02-30T10:00:00Z', '2026-02-30', '02-30', 'USD', 'eur', 'Europe/Paris', {
    amount: 1,
    currency: 'USD',
  }),
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 60, maxLength: 510 }),
);

/** Every place in an item, as a path. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => places(each, [...path, key]))].filter(
    ({ length }) => length > 0,
  );
}

function changed(item: object, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(item) as Record<string, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return copy;
}

describe.each(cases)('the quick check of %s', (_, schema, quick, good) => {
  it('accepts a good one as the schema does', () => {
    expect(quick(good)).toEqual(schema.parse(good));
    expect(quick(good)).toBeDefined();
  });

  it('accepts nothing that the schema refuses or would change, whatever is odd about it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places(good), ['extra'], ['timeZone']), odd, (path, value) => {
        const item = changed(good, path, value);
        const accepted = quick(item);
        if (accepted === undefined) return;
        expect(schema.safeParse(item)).toEqual({ success: true, data: accepted });
      }),
      { numRuns: 500 },
    );
  });
});
