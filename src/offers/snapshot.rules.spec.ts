import fc from 'fast-check';
import { FieldRegistry } from '../rules/index.js';
import type { Facts, OfferId, ProductId } from '../shared/index.js';
import { compileOffer, resolveTarget, type LiveOffer } from './live-offer.js';
import { offerDocument } from './offer.schema.js';
import { atOnce, RuleIndexes } from './rule-indexes.js';
import { snapshotOf } from './snapshot.rules.js';
import type { TriggerMoment } from './trigger.rules.js';

const fields = new FieldRegistry([
  { field: 'zone.id', label: 'Zone', description: 'Zone', type: 'text', read: ({ zone }) => zone?.zoneId },
]);
const indexes = (): RuleIndexes => new RuleIndexes(fields, atOnce);
const NO_GOODS = { products: new Map(), equivalents: [], typical: new Map() };
const NOON = Date.parse('2026-11-22T12:00:00Z');

function live(offerId: string, trigger: object, more: object = {}): LiveOffer {
  const document = offerDocument.parse({
    name: offerId,
    kind: 'message',
    trigger,
    content: { default: { title: 'a', body: 'b' } },
    ...more,
  });
  const compiled = compileOffer({ offerId: offerId as OfferId, revision: 1, document }, fields);
  return { ...compiled, target: resolveTarget(document, NO_GOODS) };
}
const aisle = { zoneId: 'aisle-3', kind: 'aisle', categories: ['coffee', 'tea'] };
const moment = (more: object = {}): TriggerMoment =>
  ({ on: 'zoneEntered', storeId: 'north', at: NOON, zone: aisle, ...more }) as unknown as TriggerMoment;
const found = (offers: LiveOffer[], more: object = {}): string[] =>
  snapshotOf(1, offers, new Map(), indexes())
    .candidatesFor(moment(more))
    .map(({ offerId }) => offerId);

describe('the rules of a snapshot', () => {
  const inAisle = (offerId: string, zoneId: string, trigger: object = { on: ['zoneEntered'] }): LiveOffer =>
    live(offerId, trigger, {
      eligibility: { combinator: 'and', rules: [{ field: 'zone.id', operator: '=', value: zoneId }] },
    });
  const facts = (zoneId: string, on = 'zoneEntered'): Facts =>
    ({ on, storeId: 'north', at: NOON, zone: { ...aisle, zoneId } }) as unknown as Facts;

  it('are met as each offer alone would say, moment after moment', () => {
    const offers = [
      inAisle('a', 'aisle-3'),
      inAisle('b', 'aisle-4'),
      inAisle('c', 'aisle-3', { on: ['zoneEntered'], storeIds: ['north'] }),
      inAisle('d', 'aisle-3', { on: ['checkedIn'] }),
    ];
    const snapshot = snapshotOf(1, offers, new Map(), indexes());
    for (const each of [facts('aisle-3'), facts('aisle-4'), facts('x'), facts('aisle-3', 'checkedIn')]) {
      const met = offers.map((offer) => snapshot.isMet(offer, each));
      expect(met).toEqual(offers.map((offer) => offer.eligible(each)));
    }
  });

  it('are asked of a draft that is in no snapshot, too', () => {
    const snapshot = snapshotOf(1, [], new Map(), indexes());
    expect(snapshot.isMet(inAisle('a', 'aisle-3'), facts('aisle-3'))).toBe(true);
    expect(snapshot.isMet(inAisle('a', 'aisle-3'), facts('aisle-4'))).toBe(false);
  });
});

describe('the candidates of a moment', () => {
  it.each([
    [{ on: ['zoneEntered'] }, true],
    [{ on: ['checkedIn', 'zoneEntered'] }, true],
    [{ on: ['checkedIn'] }, false],
    [{ on: ['zoneEntered'], storeIds: ['north'] }, true],
    [{ on: ['zoneEntered'], storeIds: ['south'] }, false],
    [{ on: ['zoneEntered'], zoneIds: ['aisle-3'] }, true],
    [{ on: ['zoneEntered'], zoneIds: ['aisle-4'] }, false],
    [{ on: ['zoneEntered'], zoneKinds: ['aisle', 'entrance'] }, true],
    [{ on: ['zoneEntered'], zoneKinds: ['checkout'] }, false],
    [{ on: ['zoneEntered'], categories: ['tea'] }, true],
    [{ on: ['zoneEntered'], categories: ['wine'] }, false],
    [{ on: ['zoneEntered'], zoneIds: ['aisle-3'], categories: ['wine'] }, false],
    [{ on: ['zoneEntered'], dwellSeconds: 60 }, true],
  ])('%j', (trigger, matches) => {
    expect(found([live('o', trigger)])).toEqual(matches ? ['o'] : []);
  });

  it('need a zone where the trigger names zones, and none where it does not', () => {
    const offers = [
      live('named', { on: ['checkedIn'], zoneKinds: ['aisle'] }),
      live('open', { on: ['checkedIn'] }),
    ];
    expect(found(offers, { on: 'checkedIn', zone: undefined })).toEqual(['open']);
    expect(found(offers, { on: 'checkedIn' })).toEqual(['named', 'open']);
  });

  it('wait for their own dwell, once', () => {
    const offers = [20, 60].map((dwellSeconds) =>
      live(`d${dwellSeconds}`, { on: ['zoneDwelled'], dwellSeconds }),
    );
    expect(
      snapshotOf(1, [...offers, live('e', { on: ['zoneEntered'] })], new Map(), indexes()).dwellSeconds,
    ).toEqual([20, 60]);
    expect(found(offers, { on: 'zoneDwelled', dwellSeconds: 20 })).toEqual(['d20']);
    expect(found(offers, { on: 'zoneDwelled', dwellSeconds: 60 })).toEqual(['d60']);
    expect(found(offers, { on: 'zoneDwelled', dwellSeconds: 61 })).toEqual([]);
  });

  it('begin and end with their schedule', () => {
    const schedule = { startsAt: '2026-11-22T12:00:00Z', endsAt: '2026-11-22T13:00:00Z' };
    const offers = [live('o', { on: ['zoneEntered'] }, { schedule })];
    const at = [NOON - 1, NOON, NOON + 3_599_999, NOON + 3_600_000].map(
      (each) => found(offers, { at: each }).length,
    );
    expect(at).toEqual([0, 1, 1, 0]);
  });

  it('are, with the index, the same as without it', () => {
    const kind = fc.constantFrom('visitStarted', 'zoneEntered', 'zoneDwelled', 'checkedIn');
    const stores = fc.uniqueArray(fc.constantFrom('north', 'south', 'east'), { maxLength: 3 });
    const trigger = fc.record({ on: fc.uniqueArray(kind, { minLength: 1 }), storeIds: stores });
    fc.assert(
      fc.property(
        fc.array(trigger, { maxLength: 8 }),
        kind,
        fc.constantFrom('north', 'west'),
        (triggers, on, storeId) => {
          const offers = triggers.map((each, index) => live(`o${index}`, each));
          const what = { on, storeId, dwellSeconds: 20 };
          const scanned = offers.filter((offer) => offer.matches(moment(what))).map(({ offerId }) => offerId);
          expect(found([...offers].reverse(), what)).toEqual(scanned);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('stock', () => {
  it('counts as there when nothing is known', () => {
    const { stockOf } = snapshotOf(1, [], new Map([['north\nflakes', false]]), indexes());
    expect(stockOf('north' as never, 'flakes' as ProductId)).toBe(false);
    expect(stockOf('south' as never, 'flakes' as ProductId)).toBe(true);
  });
});

describe('a compiled offer', () => {
  const eligibility = { combinator: 'and', rules: [{ field: 'zone.id', operator: '=', value: 'aisle-3' }] };

  it('judges and explains by its rule', () => {
    const offer = live('o', { on: ['zoneEntered'] }, { eligibility });
    const facts = (zoneId: string) => ({ at: NOON, zone: { ...aisle, zoneId } }) as never;
    expect(offer.eligible(facts('aisle-3'))).toBe(true);
    expect(offer.eligible(facts('aisle-4'))).toBe(false);
    expect(offer.explain(facts('aisle-4'))[0]?.path).toBe('eligibility.rules[0]');
  });

  it('is refused when its rule asks for a field that is gone', () => {
    const { document } = live('o', { on: ['zoneEntered'] }, { eligibility });
    expect(() =>
      compileOffer({ offerId: 'o' as OfferId, revision: 1, document }, new FieldRegistry()),
    ).toThrow('eligibility.rules[0].field');
  });

  it('knows its products and what they stand in for', () => {
    const product = (productId: string, equivalenceGroup?: string) =>
      ({
        productId,
        name: productId,
        brand: 'b',
        ownBrand: false,
        category: `c-${productId}`,
        equivalenceGroup,
      }) as never;
    const catalogue = new Map([
      ['old', product('old', 'flakes')],
      ['new', product('new', 'flakes')],
      ['mug', product('mug')],
    ]) as never;
    const { document } = live(
      'o',
      { on: ['zoneEntered'] },
      {
        target: { productIds: ['old'], toProductIds: ['new', 'gone'], categories: ['cereals'] },
        reward: { type: 'gift', value: 'mug' },
      },
    );
    const target = resolveTarget(document, { ...NO_GOODS, products: catalogue });
    expect([...target.categories]).toEqual(['cereals', 'c-old', 'c-new']);
    expect([...target.productIds]).toEqual(['new', 'gone']);
    expect(target.products.map(({ productId }) => productId)).toEqual(['new']);
    expect(target.equivalenceGroups).toEqual(['flakes']);
    expect(target.gift?.productId).toBe('mug');
  });
});
