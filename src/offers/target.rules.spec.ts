import type { MainBrand, ProductId } from '../shared/index.js';
import { offerDocument } from './offer.schema.js';
import { brandSwitchVerdict, comparedProducts, leadsTo } from './target.rules.js';

const document = (kind: string, target: Record<string, unknown>) =>
  offerDocument.parse({
    name: 'Flakes',
    kind,
    trigger: { on: ['zoneEntered'] },
    content: { default: { title: 'a', body: 'b' } },
    target,
  });

describe('what an offer leads to', () => {
  it.each([
    [
      { productIds: ['a'], toProductIds: ['b'], categories: ['c'] },
      { productIds: ['b'], categories: [] },
    ],
    [
      { productIds: ['a'], categories: ['c'] },
      { productIds: ['a'], categories: [] },
    ],
    [{ categories: ['c'] }, { productIds: [], categories: ['c'] }],
    [{}, { productIds: [], categories: [] }],
  ])('of %j is %j', (target, expected) => {
    expect(leadsTo(document('message', target))).toEqual(expected);
  });

  it('is not what it compares with: the products to leave come first there', () => {
    expect(comparedProducts(document('brandSwitch', { productIds: ['a'], toProductIds: ['b'] }))).toEqual([
      'a',
    ]);
    expect(comparedProducts(document('brandSwitch', { toProductIds: ['b'] }))).toEqual(['b']);
  });
});

describe('the brand to leave', () => {
  const crunch: MainBrand = { brand: 'Crunch', ownBrand: false, units: 9 };
  const house: MainBrand = { brand: 'House', ownBrand: true, units: 9 };
  const buys = (main?: MainBrand) => ({
    mainBrands: new Map<string, MainBrand>(main === undefined ? [] : [['cornflakes', main]]),
  });
  const offer = (kind: string, fromBrand: string | null, groups = ['cornflakes']) => ({
    document: document(kind, { productIds: ['flakes' as ProductId], fromBrand }),
    target: { equivalenceGroups: groups },
  });

  it.each([
    ['brandSwitch', null, crunch, true],
    ['brandSwitch', null, house, false],
    ['brandSwitch', null, undefined, false],
    ['brandSwitch', 'Crunch', crunch, true],
    ['brandSwitch', 'Other', crunch, false],
    ['brandSwitch', 'House', house, true],
    ['crossSell', 'Crunch', crunch, true],
    ['crossSell', 'Crunch', house, false],
    ['crossSell', null, house, true],
    ['crossSell', null, undefined, true],
  ] as const)('%s from %s', (kind, fromBrand, main, suits) => {
    expect(brandSwitchVerdict(offer(kind, fromBrand), buys(main)).ok).toBe(suits);
  });

  it('says what was found and what was needed', () => {
    expect(brandSwitchVerdict(offer('brandSwitch', null), buys(house))).toEqual({
      ok: false,
      path: 'target.fromBrand',
      detail: 'main brand is House, needed any brand that is not own-brand',
    });
    expect(brandSwitchVerdict(offer('brandSwitch', 'Crunch', []), buys(crunch))).toMatchObject({
      detail: 'main brand is unknown, needed Crunch',
    });
  });

  it('is not asked for where a switch names no product', () => {
    const free = {
      document: document('brandSwitch', { categories: ['cereals'] }),
      target: { equivalenceGroups: [] },
    };
    expect(brandSwitchVerdict(free, buys()).ok).toBe(true);
  });
});
