import type { ReplenishmentItem } from '../../insights/index.js';
import { cardOf, stateOf, type CardFacts, type OfferMade } from './card.rules.js';

const NOW = Date.UTC(2026, 5, 30, 12, 10);
const MINUTE = 60_000;
const iso = (minutesAgo: number): string => new Date(NOW - minutesAgo * MINUTE).toISOString();
const need = (category: string, more: Partial<ReplenishmentItem> = {}): ReplenishmentItem => ({
  category,
  purchases: 6,
  lastPurchasedAt: iso(31 * 24 * 60),
  intervalDays: 29.6,
  dueAt: iso(0),
  dueFrom: iso(0),
  dueTo: iso(0),
  daysUntilDue: -1.4,
  dueProbability: 0.9,
  purchaseProbability: 0.5,
  lapsed: false,
  ...more,
});
const offer = (more: Partial<OfferMade> = {}): OfferMade => ({
  offerId: 'o1',
  title: 'Running low?',
  categories: ['coffee filters'],
  at: iso(8),
  expiresAt: iso(-22),
  closedAs: null,
  pushed: true,
  received: false,
  opened: false,
  ...more,
});
const filters = { name: 'Filters no. 4', brand: 'Brew & Co', category: 'coffee filters' };
const machine = { name: 'Espresso One', brand: 'Brew & Co', category: 'machines', lastAt: iso(18 * 24 * 60) };
const facts = (more: Partial<CardFacts> = {}): CardFacts => ({
  visitAlias: 'alias',
  storeId: 's1',
  timeZone: 'Europe/Paris',
  startedAt: NOW - 10 * MINUTE,
  endedAt: null,
  zone: {
    zoneId: 'coffee',
    name: 'Coffee & tea',
    kind: 'aisle',
    categories: ['coffee filters'],
    since: NOW - 2 * MINUTE,
  },
  firstName: 'Vera',
  tier: 'gold',
  assignedTo: null,
  claim: undefined,
  needs: [],
  mainBrands: new Map(),
  favourites: [],
  lookedAt: [],
  offers: [],
  notes: [],
  messages: [],
  ...more,
});
const codes = (more: Partial<CardFacts>): string[] => cardOf(facts(more), NOW).say.map(({ code }) => code);

describe('a card', () => {
  it('says who, where, for how long', () => {
    expect(cardOf(facts(), NOW)).toEqual({
      visitAlias: 'alias',
      storeId: 's1',
      firstName: 'Vera',
      tier: 'gold',
      since: iso(10),
      hereSeconds: 600,
      leftAt: null,
      zone: { zoneId: 'coffee', name: 'Coffee & tea', since: iso(2), dwellSeconds: 120 },
      assignedTo: null,
      claimedBy: null,
      claimedAt: null,
      say: [],
      due: [],
      brands: [],
      favourites: [],
      lookedAt: [],
      offers: [],
      notes: [],
      messages: [],
    });
  });

  it('lets nothing through that it does not name, whatever the facts hold besides', () => {
    const more = { email: 'v@example.com', shopperId: 'vera', units: 12, purchases: 9, spent: 12_345 };
    const loaded = facts({
      ...more,
      favourites: [{ ...filters, ...more }],
      lookedAt: [{ ...machine, ...more }],
      offers: [{ ...offer(), ...more, couponCode: 'SECRET' } as OfferMade],
      needs: [need('coffee filters')],
      mainBrands: new Map([['filters', { brand: 'Brew & Co', ownBrand: false, units: 12 }]]),
    });
    const text = JSON.stringify(cardOf(loaded, NOW));
    for (const hidden of ['example.com', '"vera"', '"units"', '"purchases"', '"spent"', 'SECRET']) {
      expect(text).not.toContain(hidden);
    }
    expect(text).toContain('Brew & Co');
  });

  it('leaves out what the catalogue cannot name, and shows five of each at most', () => {
    const many = Array.from({ length: 9 }, (_, index) => ({
      ...filters,
      name: index === 0 ? null : `p${index}`,
    }));
    const card = cardOf(
      facts({ favourites: many, lookedAt: many.map((each) => ({ ...each, lastAt: iso(1) })) }),
      NOW,
    );
    expect(card.favourites.map(({ name }) => name)).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
    expect(card.lookedAt).toHaveLength(5);
  });

  it('shows as due what is likelier than not or a matter of days, and no given-up habit', () => {
    const needs = [
      need('soon', { dueProbability: 0.2, daysUntilDue: 2 }),
      need('later', { dueProbability: 0.49, daysUntilDue: 3 }),
      need('likely', { dueProbability: 0.5, daysUntilDue: 4 }),
      need('lapsed', { lapsed: true }),
    ];
    expect(cardOf(facts({ needs }), NOW).due.map(({ category }) => category)).toEqual(['likely', 'soon']);
  });

  it('of one who has left says when, and nothing to say', () => {
    const card = cardOf(facts({ endedAt: NOW - MINUTE, needs: [need('coffee filters')] }), NOW);
    expect(card).toMatchObject({ leftAt: iso(1), zone: null, say: [], hereSeconds: 540 });
    expect(card.due).toHaveLength(1);
  });
});

describe('how far an offer came', () => {
  it.each<[string, Partial<OfferMade>, ReturnType<typeof stateOf>]>([
    ['a push service took it', {}, 'made'],
    ['nothing took it, a moment after', { pushed: false, at: iso(0.2) }, 'made'],
    ['nothing took it', { pushed: false }, 'unreached'],
    ['nothing took it, and the app came by itself', { pushed: false, received: true }, 'received'],
    ['nothing took it, and it ran out', { pushed: false, expiresAt: iso(0) }, 'expired'],
    ['it is on the phone', { received: true }, 'received'],
    ['it was opened', { received: true, opened: true }, 'opened'],
    ['it ran out', { opened: true, expiresAt: iso(0) }, 'expired'],
    ['it was redeemed in time', { closedAs: 'redeemed', expiresAt: iso(1) }, 'redeemed'],
    ['it was dismissed', { closedAs: 'dismissed' }, 'dismissed'],
    ['it was withdrawn', { closedAs: 'withdrawn' }, 'withdrawn'],
  ])('%s', (_, more, state) => {
    expect(stateOf(offer(more), NOW)).toBe(state);
  });
});

describe('what is worth saying', () => {
  it('is that something runs out, with the offer that was made for it', () => {
    expect(cardOf(facts({ needs: [need('coffee filters')], offers: [offer()] }), NOW).say).toEqual([
      {
        code: 'due',
        text: 'Coffee filters may be running out: right here',
        reason:
          'last bought 31 days ago, usually every 30 days; ' +
          '“Running low?” was offered at 14:02, not opened, good until 14:32',
        about: 'coffee filters',
      },
    ]);
  });

  it('begins with a question of theirs, and not once it is answered', () => {
    const asked = { messageId: 'm1', from: 'shopper', text: 'Where is the tea?', at: iso(1) } as const;
    const answered = { messageId: 'm2', from: 'shop', text: 'Aisle 4', at: iso(0) } as const;
    expect(codes({ messages: [asked], needs: [need('coffee filters')] })).toEqual(['answer-message', 'due']);
    expect(codes({ messages: [answered, asked] })).toEqual([]);
  });

  it('speaks first of what is due right here', () => {
    const needs = [need('milk', { dueProbability: 0.99 }), need('coffee filters', { dueProbability: 0.6 })];
    const say = cardOf(facts({ needs }), NOW).say;
    expect(say.map(({ about }) => about)).toEqual(['coffee filters', 'milk']);
    expect(say.map(({ text }) => text.includes('right here'))).toEqual([true, false]);
  });

  it.each<[string, Partial<OfferMade>, string[]]>([
    ['open', {}, ['mention-offer']],
    ['opened', { received: true, opened: true }, ['mention-offer']],
    ['redeemed', { closedAs: 'redeemed' }, []],
    ['dismissed', { closedAs: 'dismissed' }, []],
    ['expired', { expiresAt: iso(1) }, []],
    ['nameless', { title: null }, []],
  ])('mentions an offer that is %s', (_, more, said) => {
    expect(codes({ offers: [offer(more)] })).toEqual(said);
  });

  it('begins, of offers, with the one that is on no phone: nobody else will tell them', () => {
    const offers = [offer(), offer({ title: 'Gone cold?', pushed: false })];
    expect(cardOf(facts({ offers }), NOW).say).toMatchObject([
      {
        code: 'mention-offer',
        text: 'Tell them of “Gone cold?”',
        reason: '“Gone cold?” was offered at 14:02, on no phone yet, good until 14:32',
      },
      { text: 'Mention “Running low?”' },
    ]);
  });

  it('shows what was looked at and left, the one of this zone before others', () => {
    const tea = { ...machine, name: 'Tea pot', category: 'coffee filters', lastAt: iso(40 * 24 * 60) };
    const say = cardOf(facts({ lookedAt: [machine, tea] }), NOW).say;
    expect(say).toEqual([
      {
        code: 'show-product',
        text: 'Show Tea pot',
        reason: 'looked at on 21 May, and not bought since',
        about: 'Tea pot',
      },
    ]);
  });

  it.each([
    ['aisle', 2.9, []],
    ['aisle', 3, ['offer-help']],
    ['department', 6, ['offer-help']],
    ['checkout', 6, []],
    ['entrance', 6, []],
  ] as const)('offers help in an %s after %s minutes', (kind, minutes, said) => {
    const zone = { ...facts().zone!, kind, since: NOW - minutes * MINUTE };
    expect(codes({ zone })).toEqual(said);
  });

  it('is four things at most, of which two are about what runs out', () => {
    const asked = { messageId: 'm1', from: 'shopper', text: '?', at: iso(1) } as const;
    const needs = ['coffee filters', 'milk', 'tea'].map((category) => need(category));
    const offers = [offer({ categories: [] })];
    expect(codes({ messages: [asked], needs, offers, lookedAt: [machine] })).toEqual([
      'answer-message',
      'due',
      'due',
      'mention-offer',
    ]);
  });
});
