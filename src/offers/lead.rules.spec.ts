import type { Product } from '../catalogue/index.js';
import type { MainBrand, ProductId } from '../shared/index.js';
import { leadOf, qualifying, type Leading } from './lead.rules.js';
import { resolveTarget } from './live-offer.js';
import { offerDocument } from './offer.schema.js';

const flakes = (productId: string, brand: string, grams: number | undefined, amount: number): Product => ({
  productId: productId as ProductId,
  name: productId,
  brand,
  ownBrand: brand === 'House',
  category: 'cornflakes',
  price: { amount, currency: 'EUR' },
  ...(grams !== undefined && { packSize: { amount: grams, unit: 'g' } }),
  equivalenceGroup: 'cornflakes',
});
const crunch = flakes('crunch', 'Crunch', 500, 329);
const small = flakes('house-small', 'House', 250, 99);
const big = flakes('house-big', 'House', 750, 249);
const kilo = { ...flakes('house-kilo', 'House', undefined, 299), packSize: { amount: 0.5, unit: 'kg' } };
const other = flakes('other', 'Other', 500, 279);
const shelf = [big, crunch, kilo, other, small];

function offer(kind: string, target: object, equivalents: readonly Product[] = shelf): Leading {
  const document = offerDocument.parse({
    name: 'Flakes',
    kind,
    trigger: { on: ['zoneEntered'] },
    content: { default: { title: 'a', body: 'b' } },
    target,
  });
  const products = new Map(shelf.map((each) => [each.productId, each]));
  return { document, target: resolveTarget(document, { products, equivalents, typical: new Map() }) };
}
const buysCrunch = {
  mainBrands: new Map<string, MainBrand>([['cornflakes', { brand: 'Crunch', ownBrand: false, units: 9 }]]),
};
const all = (): boolean => true;
const allBut =
  (...gone: string[]) =>
  (id: ProductId): boolean =>
    !gone.includes(id);

function led(given: Leading, hasStock: (id: ProductId) => boolean, shopper = buysCrunch): string | undefined {
  const lead = leadOf(given, shopper, hasStock);
  return lead.ok ? lead.value.product?.productId : lead.why;
}

describe('the product that an offer leads to', () => {
  it('is the own-brand equivalent nearest in pack size, whatever the unit it is told in', () => {
    const named = { toProductIds: ['house-small', 'house-big', 'house-kilo'] };
    expect(led(offer('brandSwitch', named), all)).toBe('house-kilo');
    expect(led(offer('brandSwitch', named), allBut('house-kilo'))).toBe('house-big');
    expect(led(offer('brandSwitch', named), allBut('house-kilo', 'house-big'))).toBe('house-small');
  });

  it('is the cheaper of two packs alike', () => {
    const cheap = { ...kilo, productId: 'house-cheap' as ProductId, price: { amount: 279, currency: 'EUR' } };
    const given = offer('brandSwitch', { productIds: ['crunch'] }, [...shelf, cheap]);
    expect(led(given, all)).toBe('house-cheap');
  });

  it('is found among the equivalents where the offer names only what to leave', () => {
    const given = offer('brandSwitch', { productIds: ['crunch'] });
    expect(led(given, all)).toBe('house-kilo');
    expect(qualifying(given, kilo).productIds).toEqual(['house-big', 'house-kilo', 'house-small']);
  });

  it('is the first in stock of those named where it is not about brands', () => {
    expect(led(offer('message', { productIds: ['crunch', 'house-small'] }), all)).toBe('crunch');
    expect(led(offer('message', { productIds: ['crunch', 'house-small'] }), allBut('crunch'))).toBe(
      'house-small',
    );
  });

  it('gives way to an equivalent where it is sold out: an own brand to an own brand, never to the brand to leave', () => {
    const given = offer('brandSwitch', { toProductIds: ['house-big'] });
    expect(led(given, allBut('house-big'))).toBe('house-kilo');
    expect(led(given, allBut('house-big', 'house-kilo', 'house-small'))).toBe('out-of-stock');
    expect(led(offer('message', { productIds: ['crunch'] }), allBut('crunch'))).toBe('other');
    expect(
      led(offer('crossSell', { productIds: ['other'], fromBrand: 'Crunch' }), (id) => id === 'crunch'),
    ).toBe('out-of-stock');
  });

  it('qualifies for the coupon beside what it stands in for', () => {
    expect(qualifying(offer('message', { productIds: ['crunch'] }), kilo)).toEqual({
      productIds: ['crunch', 'house-kilo'],
      categories: [],
    });
    expect(qualifying(offer('message', { categories: ['tea'] }), undefined)).toEqual({
      productIds: [],
      categories: ['tea'],
    });
  });

  it('is not known for categories, for nothing, and for what the catalogue does not know', () => {
    expect(led(offer('message', { categories: ['tea'] }), all)).toBeUndefined();
    expect(led(offer('message', {}), all)).toBeUndefined();
    expect(led(offer('message', { productIds: ['gone'] }), all)).toBeUndefined();
    expect(led(offer('message', { productIds: ['gone'] }), allBut('gone'))).toBe('out-of-stock');
  });
});
