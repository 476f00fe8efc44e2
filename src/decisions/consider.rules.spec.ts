import { localTime } from '../shared/index.js';
import type { LiveOffer, LiveSnapshot } from '../offers/index.js';
import type { CategoryHistory, Facts, OfferId, ProductId, ShopperView, StoreId } from '../shared/index.js';
import { consider } from './consider.rules.js';
import { FIRST_ECONOMICS } from './choosing/index.js';
import type { World } from './decision.js';

const NOON = Date.parse('2026-11-23T11:00:00Z');
const DAY = 86_400_000;

const view = (over: Partial<ShopperView> = {}): ShopperView =>
  ({
    shopperId: 'ann',
    attributes: {},
    consents: { location: true, profiling: true, push: true, clienteling: false },
    preferences: { mutedCategories: [] },
    activity: { visits: 6, firstVisitAt: NOON - 181 * DAY, lastVisitAt: NOON - 31 * DAY },
    replenishment: new Map(),
    mainBrands: new Map(),
    ...over,
  }) as ShopperView;

const facts = (shopper: ShopperView = view(), over: Partial<Facts> = {}): Facts => ({
  at: NOON,
  on: 'zoneEntered',
  local: { isoWeekday: 1, hour: 12, minuteOfDay: 720, date: '2026-11-23', monthDay: '11-23' },
  storeId: 's1' as StoreId,
  shopper,
  ...over,
});

interface Given {
  document?: object;
  target?: object;
  eligible?: boolean;
}
function offer(name: string, { document = {}, target = {}, eligible = true }: Given = {}): LiveOffer {
  return {
    offerId: name as OfferId,
    revision: 1,
    document: {
      name,
      kind: 'message',
      priority: 50,
      reward: { type: 'none' },
      eligibility: { combinator: 'and', rules: [] },
      target: { productIds: [], categories: [], fromBrand: null, toProductIds: [] },
      schedule: { startsAt: null, endsAt: null, daysOfWeek: [], hours: undefined },
      ...document,
    },
    target: {
      categories: new Set(),
      productIds: new Set(),
      products: [],
      equivalenceGroups: [],
      equivalents: [],
      typical: new Map(),
      ...target,
    },
    eligible: () => eligible,
    explain: () => [{ path: 'eligibility.rules[0]', detail: 'visits.count is 4, needed > 5' }],
  } as unknown as LiveOffer;
}

const world = (policy: object = {}, inStock = true): World => ({
  policy: {
    stopped: {},
    globalCaps: [],
    exclusionGroups: [],
    rearmSeconds: 0,
    quietHours: undefined,
    universalHoldoutShare: 0,
    ranking: 'priority',
    ...policy,
  },
  live: {
    stockOf: () => inStock,
    isMet: (each: LiveOffer, about: Facts) => each.eligible(about),
  } as unknown as LiveSnapshot,
  economics: FIRST_ECONOMICS,
});

const codes = (each: LiveOffer, about = facts(), inWorld = world()): string[] =>
  consider([each], about, inWorld).flatMap(({ reasons }) => reasons.map(({ code }) => code));

const everyThirtyDays: CategoryHistory = {
  state: {
    purchases: 6,
    lastPurchasedAt: NOON - 31 * DAY,
    visitsAtFirst: 1,
    sumLogGap: 5 * Math.log(30),
    sumLogGapSquared: 5 * Math.log(30) ** 2,
  },
  prior: {
    logGapMean: Math.log(28),
    logGapBetween: 0.8,
    logGapWithin: 0.5,
    visitShare: 0.05,
    visitStrength: 6.5,
  },
};

describe('quiet hours on the days on which the clocks change', () => {
  const policy = { quietHours: { from: '22:00', to: '03:00' } };
  const quietAt = (at: string, timeZone?: string): boolean => {
    const moment = Date.parse(at);
    const about = facts(view(timeZone === undefined ? {} : { timeZone }), {
      at: moment,
      // The store is in Berlin.
      local: localTime(moment, 'Europe/Berlin'),
    });
    return codes(offer('a'), about, world(policy)).includes('quiet-hours');
  };

  it('end an hour of time sooner in spring, when two is followed by three', () => {
    expect([quietAt('2026-03-29T00:59:00Z'), quietAt('2026-03-29T01:00:00Z')]).toEqual([true, false]);
    expect([quietAt('2026-03-28T20:59:00Z'), quietAt('2026-03-28T21:00:00Z')]).toEqual([false, true]);
  });

  it('last an hour longer in autumn, when the hour from two comes twice', () => {
    expect([quietAt('2026-10-25T00:30:00Z'), quietAt('2026-10-25T01:59:00Z')]).toEqual([true, true]);
    expect(quietAt('2026-10-25T02:00:00Z')).toBe(false);
    expect([quietAt('2026-10-24T19:59:00Z'), quietAt('2026-10-24T20:00:00Z')]).toEqual([false, true]);
  });

  it("are by the shopper's clock where the shopper's zone is known, else by the store's", () => {
    expect([quietAt('2026-11-23T23:00:00Z'), quietAt('2026-11-23T23:00:00Z', 'America/New_York')]).toEqual([
      true,
      false,
    ]);
    expect([quietAt('2026-11-24T04:00:00Z'), quietAt('2026-11-24T04:00:00Z', 'America/New_York')]).toEqual([
      false,
      true,
    ]);
  });
});

describe('what speaks against an offer', () => {
  it('is nothing for an offer that suits', () => expect(codes(offer('a'))).toEqual([]));

  it.each<[string, LiveOffer, Facts, World]>([
    ['stopped', offer('a'), facts(), world({ stopped: { everywhere: true } })],
    ['stopped', offer('a'), facts(), world({ stopped: { storeIds: ['s1'] } })],
    [
      'outside-schedule',
      offer('a', { document: { schedule: { startsAt: null, endsAt: null, daysOfWeek: [2] } } }),
      facts(),
      world(),
    ],
    [
      'outside-schedule',
      offer('a', {
        document: {
          schedule: { startsAt: null, endsAt: null, daysOfWeek: [], hours: { from: '13:00', to: '20:00' } },
        },
      }),
      facts(),
      world(),
    ],
    [
      'outside-schedule',
      offer('a', {
        document: { schedule: { startsAt: '2026-12-01T00:00:00Z', endsAt: null, daysOfWeek: [] } },
      }),
      facts(),
      world(),
    ],
    [
      'outside-schedule',
      offer('a', {
        document: { schedule: { startsAt: null, endsAt: '2026-11-01T00:00:00Z', daysOfWeek: [] } },
      }),
      facts(),
      world(),
    ],
    ['quiet-hours', offer('a'), facts(), world({ quietHours: { from: '11:00', to: '13:00' } })],
    [
      'quiet-hours',
      offer('a'),
      facts(view({ preferences: { mutedCategories: [], quietHours: { from: '22:00', to: '12:30' } } })),
      world(),
    ],
    [
      'snoozed',
      offer('a'),
      facts(view({ preferences: { mutedCategories: [], snoozeUntil: NOON + 1 } })),
      world(),
    ],
    [
      'muted',
      offer('a', { target: { categories: new Set(['wine']) } }),
      facts(view({ preferences: { mutedCategories: ['wine'] } })),
      world(),
    ],
    ['rule-not-met', offer('a', { eligible: false }), facts(), world()],
    [
      'out-of-stock',
      offer('a', { target: { productIds: new Set(['p1' as ProductId]) } }),
      facts(),
      world({}, false),
    ],
    [
      'irrelevant',
      offer('a', {
        document: { kind: 'replenishment' },
        target: { categories: new Set(['coffee filters']) },
      }),
      facts(),
      world(),
    ],
  ])('is %s', (code, each, about, inWorld) => expect(codes(each, about, inWorld)).toEqual([code]));

  it('is irrelevant, of a category that a shopper of long standing has never bought', () => {
    const wine = { categories: new Set(['wine']) };
    const activity = { visits: 25, firstVisitAt: NOON - 200 * DAY, lastVisitAt: NOON };
    const regular = view({ activity });
    const drinker = view({ activity, replenishment: new Map([['wine', everyThirtyDays]]) });
    expect(codes(offer('a', { target: wine }), facts(regular))).toEqual(['irrelevant']);
    expect(codes(offer('a', { target: wine }), facts(drinker))).toEqual([]);
    expect(codes(offer('a', { target: wine }), facts(view()))).toEqual([]);
    const both = { categories: new Set(['wine', 'milk']) };
    expect(codes(offer('a', { target: both }), facts(drinker))).toEqual([]);
  });

  it('is none where the offer asks for just those who never bought', () => {
    const eligibility = {
      field: 'affinity.neverBought',
      of: { category: 'wine' },
      operator: '=',
      value: true,
    };
    const introduction = offer('a', {
      document: { eligibility },
      target: { categories: new Set(['wine']) },
    });
    const activity = { visits: 25, firstVisitAt: NOON - 200 * DAY, lastVisitAt: NOON };
    expect(codes(introduction, facts(view({ activity })))).toEqual([]);
  });

  it("reads quiet hours by the shopper's own clock", () => {
    const inTokyo = view({
      timeZone: 'Asia/Tokyo',
      preferences: { mutedCategories: [], quietHours: { from: '19:00', to: '21:00' } },
    });
    expect(codes(offer('a'), facts(inTokyo))).toEqual(['quiet-hours']);
  });

  it('is the missing consent, where the offer asks about the person', () => {
    const unprofiled = view({
      consents: { location: true, profiling: false, push: true, clienteling: false },
    });
    const condition = (field: string): Given => ({
      document: { eligibility: { combinator: 'and', rules: [{ field, operator: '=', value: 'gold' }] } },
    });
    expect(codes(offer('a', condition('loyalty.tier')), facts(unprofiled))).toEqual(['no-consent']);
    expect(codes(offer('a', condition('zone.id')), facts(unprofiled))).toEqual([]);
    const unlocated = view({
      consents: { location: false, profiling: true, push: true, clienteling: false },
    });
    expect(codes(offer('a'), facts(unlocated))).toEqual(['no-consent']);
  });

  it('tells all of it, not only the first', () => {
    const both = offer('a', { eligible: false, target: { productIds: new Set(['p1' as ProductId]) } });
    expect(codes(both, facts(), world({ quietHours: { from: '11:00', to: '13:00' } }, false))).toEqual([
      'quiet-hours',
      'rule-not-met',
      'out-of-stock',
    ]);
  });

  it('says of a rule where it failed and what it would have taken', () => {
    const [judged] = consider([offer('a', { eligible: false })], facts(), world());
    expect(judged?.reasons[0]).toEqual({
      code: 'rule-not-met',
      path: 'eligibility.rules[0]',
      detail: 'visits.count is 4, needed > 5',
    });
  });
});

describe('the order of offers', () => {
  const order = (offers: LiveOffer[], about = facts()): string[] =>
    consider(offers, about, world()).map(({ offer: { offerId } }) => offerId);

  it('is by priority, then by the likelier need, then by age', () => {
    const due = facts(view({ replenishment: new Map([['coffee filters', everyThirtyDays]]) }));
    const forFilters = offer('z', { target: { categories: new Set(['coffee filters']) } });
    expect(
      order([offer('b'), offer('a'), forFilters, offer('c', { document: { priority: 60 } })], due),
    ).toEqual(['c', 'z', 'a', 'b']);
  });
});
