import { STORE_ID } from './layout.rules.js';
import type { Habit } from './people.rules.js';
import { goodOf, OWN_BRAND, productIdOf } from './products.rules.js';

/** An offer of the demo, as `POST /v1/offers` takes it. */
export interface DemoOffer {
  name: string;
  kind: string;
  trigger: { on: string[]; categories?: string[]; zoneKinds?: string[]; dwellSeconds?: number };
  eligibility?: unknown;
  target?: { productIds?: string[]; categories?: string[]; toProductIds?: string[] };
  reward?: unknown;
  content: Record<string, { title: string; body: string }>;
  limits?: {
    perShopper?: { max: number; per: string }[];
    ignoresGlobalCaps?: boolean;
    countsTowardGlobalCaps?: boolean;
  };
  priority: number;
}

/** By this tag the demo knows its own offers again after a restart. */
export const DEMO_TAG = 'demo';

const cents = (amount: number) => ({ amount, currency: 'EUR' });
const due = (category: string, probability: number) => ({
  combinator: 'and',
  rules: [{ field: 'replenishment.dueProbability', of: { category }, operator: '>=', value: probability }],
});
const gold = { combinator: 'and', rules: [{ field: 'loyalty.tier', operator: '=', value: 'gold' }] };

/**
 * A word to whoever comes or goes, whatever else they are told: it keeps the demo talking at any hour. Limited by the
 * clock, because a visit may last on: absence does not count while the gateways of a stopped demo are silent.
 */
const SERVICE = {
  perShopper: [{ max: 1, per: '5min' }],
  ignoresGlobalCaps: true,
  countsTowardGlobalCaps: false,
};
/** Longer limits would dry the demo up within the hour. */
const ONCE_A_VISIT = [{ max: 1, per: 'visit' }];

const OFFERS: readonly DemoOffer[] = [
  {
    name: 'Coffee filters running out',
    kind: 'replenishment',
    trigger: { on: ['zoneEntered'], categories: ['coffee'] },
    eligibility: due('coffee filters', 0.6),
    target: { categories: ['coffee filters'] },
    reward: { type: 'percentOff', value: 15, maxDiscount: cents(200) },
    content: {
      default: { title: 'Running low?', body: '{{product.name}} is in {{zone.name}}, 15 % off today' },
      fr: { title: 'Bientôt à court ?', body: 'Vos filtres à café : rayon {{zone.name}}, -15 %' },
      de: { title: 'Bald aufgebraucht?', body: 'Kaffeefilter gibt es hier: {{zone.name}}, 15 % günstiger' },
    },
    priority: 80,
  },
  {
    name: 'Our own cornflakes',
    kind: 'brandSwitch',
    trigger: { on: ['zoneEntered'], categories: ['cereals'] },
    target: { toProductIds: [productIdOf('cornflakes', OWN_BRAND)] },
    reward: { type: 'percentOff', value: 20, maxDiscount: cents(150) },
    content: {
      default: {
        title: 'Try ours',
        body: '{{product.name}}: the same crunch for {{product.price}}, 20 % off',
      },
      fr: { title: 'Goûtez les nôtres', body: '{{product.name}} à {{product.price}}, -20 % aujourd’hui' },
    },
    priority: 75,
  },
  {
    name: 'Coffee nearly gone',
    kind: 'replenishment',
    trigger: { on: ['zoneEntered'], categories: ['coffee'] },
    eligibility: due('coffee', 0.55),
    target: { categories: ['coffee'] },
    content: { default: { title: 'Coffee for tomorrow?', body: 'Yours is in {{zone.name}}' } },
    priority: 60,
  },
  {
    name: 'Milk is down to the last drop',
    kind: 'replenishment',
    trigger: { on: ['zoneEntered'], categories: ['milk'] },
    eligibility: due('milk', 0.7),
    target: { categories: ['milk'] },
    content: { default: { title: 'Milk at home?', body: 'You usually take some about now' } },
    priority: 50,
  },
  {
    name: 'Our own detergent',
    kind: 'brandSwitch',
    trigger: { on: ['zoneEntered'], categories: ['detergent'] },
    target: { toProductIds: [productIdOf('detergent', OWN_BRAND)] },
    reward: { type: 'amountOff', value: cents(100) },
    content: { default: { title: 'Just as white', body: '{{product.name}} for {{product.price}}, 1 € off' } },
    priority: 55,
  },
  {
    name: 'Dishwasher tabs running out',
    kind: 'replenishment',
    trigger: { on: ['zoneEntered'], categories: ['dishwashing'] },
    eligibility: due('dishwashing', 0.6),
    target: { categories: ['dishwashing'] },
    reward: { type: 'amountOff', value: cents(80) },
    content: { default: { title: 'Tabs for the dishwasher', body: 'Nearly used up? 0.80 € off today' } },
    priority: 60,
  },
  {
    name: 'A bottle for gold members',
    kind: 'tierGift',
    trigger: { on: ['zoneDwelled'], categories: ['wine'], dwellSeconds: 12 },
    eligibility: gold,
    target: { categories: ['wine'] },
    reward: { type: 'percentOff', value: 10, maxDiscount: cents(300) },
    content: {
      default: {
        title: 'Take your time',
        body: '10 % off any bottle, {{shopper.firstName}}: gold members only',
      },
    },
    priority: 70,
  },
  {
    name: 'Welcome, gold members',
    kind: 'tierGift',
    trigger: { on: ['visitStarted'] },
    eligibility: gold,
    reward: { type: 'points', value: 50 },
    content: {
      default: { title: 'Good to see you, {{shopper.firstName}}', body: '50 points for coming by' },
    },
    limits: { countsTowardGlobalCaps: false },
    priority: 40,
  },
  {
    name: 'Fresh this morning',
    kind: 'message',
    trigger: { on: ['zoneEntered'], zoneKinds: ['entrance'] },
    content: { default: { title: 'Fresh this morning', body: 'Bread and fruit are right at the entrance' } },
    limits: SERVICE,
    priority: 10,
  },
  {
    name: 'Till three is free',
    kind: 'message',
    trigger: { on: ['zoneEntered'], zoneKinds: ['checkout'] },
    content: {
      default: { title: 'No queue at till three', body: 'Have your fob ready: points add up by themselves' },
    },
    limits: SERVICE,
    priority: 10,
  },
];

/** The demo's offers, as the marketer writes them. */
export function demoOffers(): Record<string, unknown>[] {
  return OFFERS.map(({ trigger, limits, ...offer }) => ({
    ...offer,
    trigger: { ...trigger, storeIds: [STORE_ID] },
    limits: { perShopper: ONCE_A_VISIT, ...limits },
    expiresInSeconds: 900,
    tags: [DEMO_TAG],
  }));
}

/** Why one of the demo's offers is made, in a few words; the ledger gives the figure. */
export function becauseOf(name: string, score: number | undefined): string {
  const offer = OFFERS.find((each) => each.name === name);
  const category = offer?.target?.categories?.[0];
  switch (offer?.kind) {
    case 'replenishment':
      return `${category ?? 'something'} due (dueProbability ${(score ?? 0).toFixed(2)})`;
    case 'brandSwitch':
      return 'buys a national brand, not our own';
    case 'tierGift':
      return offer.trigger.on.includes('zoneDwelled')
        ? 'gold member, lingers there'
        : 'gold member, just came in';
    default:
      return offer === undefined ? name : 'for everybody who passes';
  }
}

/** What somebody who uses the coupon of one of these offers puts in the basket; undefined where it needs nothing. */
export function productLedTo(name: string, habits: readonly Habit[]): string | undefined {
  const target = OFFERS.find((offer) => offer.name === name)?.target;
  const [leadsTo] = target?.toProductIds ?? [];
  if (leadsTo !== undefined) return leadsTo;
  const habit = habits.find(({ group }) => target?.categories?.includes(goodOf(group).category));
  return habit && productIdOf(habit.group, habit.brand);
}
