type Value = string | number;
export type Given = Readonly<Record<string, Value>>;

/** What the shop has to say. */
export interface TemplateParameter {
  name: string;
  label: string;
  type: 'text' | 'number';
  /** One that makes a good draft, for showing what is meant. */
  example: Value;
}

/** An offer that is ready but for what only the shop can know. */
export interface OfferTemplate {
  template: string;
  name: string;
  description: string;
  parameters: readonly TemplateParameter[];
  /** An offer as `POST /v1/offers` takes it, given every parameter. */
  document: (given: Given) => Record<string, unknown> & { kind: string };
}

const text = (name: string, label: string, example: string): TemplateParameter => ({
  name,
  label,
  type: 'text',
  example,
});
const number = (name: string, label: string, example: number): TemplateParameter => ({
  name,
  label,
  type: 'number',
  example,
});
const CATEGORY = text('category', 'Category', 'coffee filters');
const PERCENT = number('percent', 'Percent off', 15);
const MOST = number('mostCents', 'At most, in minor units', 200);
const CURRENCY = text('currency', 'Currency', 'EUR');

const all = (...rules: object[]) => ({ combinator: 'and', rules });
const percentOff = ({ percent, mostCents, currency }: Given) => ({
  type: 'percentOff',
  value: percent,
  maxDiscount: { amount: mostCents, currency },
});
const words = (title: string, body: string) => ({ default: { title, body } });
/** Once a visit, and not again for a while. */
const seldom = (days: number) => ({
  perShopper: [
    { max: 1, per: 'visit' },
    { max: 1, per: `${days}d` },
  ],
});

/** One or more of each kind; the first two are what the whole was begun for. All thresholds are starting points. */
export const OFFER_TEMPLATES: readonly OfferTemplate[] = [
  {
    template: 'running-low',
    name: 'A reminder of what runs out',
    description: 'At the shelf, to who will need the category before the next visit. It costs nothing.',
    parameters: [CATEGORY],
    document: ({ category }) => ({
      name: `Running low: ${category}`,
      kind: 'replenishment',
      trigger: { on: ['zoneEntered'], categories: [category] },
      eligibility: all({
        field: 'replenishment.dueProbability',
        of: { category },
        operator: '>=',
        value: 0.6,
      }),
      target: { categories: [category] },
      content: words('Running low?', '{{ product.name }}: you are right beside it, in {{ zone.name }}.'),
      limits: seldom(14),
    }),
  },
  {
    template: 'try-our-own',
    name: 'Our own brand instead',
    description: 'At the shelf, to who mainly buys another brand of the same, with money off our own.',
    parameters: [
      text('productId', 'Product of our own', 'own-cornflakes'),
      CATEGORY,
      PERCENT,
      MOST,
      CURRENCY,
    ],
    document: ({ productId, category, ...reward }) => ({
      name: `Try our own ${category}`,
      kind: 'brandSwitch',
      trigger: { on: ['zoneEntered'], categories: [category] },
      target: { toProductIds: [productId] },
      reward: percentOff(reward),
      content: words('Just as good, for less', '{{ product.name }}: {{ reward.text }} today.'),
      limits: seldom(30),
    }),
  },
  {
    template: 'goes-well-with',
    name: 'What goes with it',
    description: 'To who buys one category and never another that goes with it.',
    parameters: [
      text('bought', 'Category that is bought', 'pasta'),
      text('category', 'Category that goes with it', 'pesto'),
      PERCENT,
      MOST,
      CURRENCY,
    ],
    document: ({ bought, category, ...reward }) => ({
      name: `${category} with ${bought}`,
      kind: 'crossSell',
      trigger: { on: ['zoneEntered'], categories: [bought, category] },
      eligibility: all(
        { field: 'replenishment.purchases', of: { category: bought }, operator: '>=', value: 3 },
        { field: 'affinity.neverBought', of: { category }, operator: '=', value: true },
      ),
      target: { categories: [category] },
      reward: percentOff(reward),
      content: words('Goes well together', 'Try it with {{ product.name }}: {{ reward.text }}.'),
      limits: seldom(30),
    }),
  },
  {
    template: 'welcome-back',
    name: 'Welcome back',
    description: 'At the door, to who stayed away three times as long as usual.',
    parameters: [number('amountCents', 'Amount off, in minor units', 500), CURRENCY],
    document: ({ amountCents, currency }) => ({
      name: 'Welcome back',
      kind: 'winBack',
      trigger: { on: ['visitStarted'] },
      eligibility: all({ field: 'visits.lateness', operator: '>=', value: 3 }),
      reward: { type: 'amountOff', value: { amount: amountCents, currency } },
      content: words('Good to see you again', '{{ reward.text }} whatever you buy today.'),
      limits: seldom(90),
      expiresInSeconds: 14_400,
    }),
  },
  {
    template: 'gift-for-members',
    name: 'A gift for members',
    description: 'To members of one tier, once a month, beside whatever they buy.',
    parameters: [text('tier', 'Tier', 'gold'), text('giftProductId', 'Product given', 'coffee-mug')],
    document: ({ tier, giftProductId }) => ({
      name: `A gift for ${tier}`,
      kind: 'tierGift',
      trigger: { on: ['visitStarted', 'checkedIn'] },
      eligibility: all({ field: 'loyalty.tier', operator: '=', value: tier }),
      reward: { type: 'gift', value: giftProductId },
      content: words('Something for you', '{{ reward.text }} with your next purchase.'),
      limits: { perShopper: [{ max: 1, per: 'calendar-month' }] },
      expiresInSeconds: 14_400,
    }),
  },
  {
    template: 'still-interested',
    name: 'What was looked at',
    description: 'At the shelf, to who looked at something of the category online and has not bought it.',
    parameters: [CATEGORY],
    document: ({ category }) => ({
      name: `Still interested in ${category}?`,
      kind: 'browseReminder',
      trigger: { on: ['zoneEntered'], categories: [category] },
      eligibility: all({ field: 'browsed.categories', operator: 'contains', value: category }),
      target: { categories: [category] },
      content: words('You looked at this', '{{ product.name }} is here, in {{ zone.name }}.'),
      limits: seldom(14),
    }),
  },
  {
    template: 'come-to-our-event',
    name: 'An invitation to an event',
    description: 'To who buys the category often. It costs nothing.',
    parameters: [CATEGORY, text('event', 'What and when', 'a tasting on Friday at six')],
    document: ({ category, event }) => ({
      name: `Invitation: ${category}`,
      kind: 'invitation',
      trigger: { on: ['zoneDwelled'], categories: [category], dwellSeconds: 20 },
      eligibility: all({
        field: 'replenishment.purchases',
        of: { category },
        operator: '>=',
        value: 5,
      }),
      target: { categories: [category] },
      content: words('You are invited', `To ${event}. Ask at the counter.`),
      limits: seldom(30),
    }),
  },
  {
    template: 'happy-birthday',
    name: 'A birthday',
    description: 'At the door, in the week of the birthday. It costs nothing.',
    parameters: [text('surprise', 'What waits for them', 'A coffee on the house waits at the counter')],
    document: ({ surprise }) => ({
      name: 'Happy birthday',
      kind: 'invitation',
      trigger: { on: ['visitStarted'] },
      eligibility: all({ field: 'shopper.daysUntilBirthday', operator: '<=', value: 3 }),
      content: words('Happy birthday, {{ shopper.firstName | default: "dear guest" }}', `${surprise}.`),
      limits: seldom(300),
      expiresInSeconds: 14_400,
    }),
  },
  {
    template: 'good-to-know',
    name: 'Something to know',
    description: 'To whoever enters one zone. It costs nothing.',
    parameters: [
      text('zoneId', 'Zone', 'bakery'),
      text('news', 'What there is to know', 'Fresh bread at five'),
    ],
    document: ({ zoneId, news }) => ({
      name: 'Good to know',
      kind: 'message',
      trigger: { on: ['zoneEntered'], zoneIds: [zoneId] },
      content: words('Good to know', `${news}.`),
      limits: seldom(7),
    }),
  },
];

/** With its own examples. */
export function exampleOf({
  parameters,
  document,
}: OfferTemplate): Record<string, unknown> & { kind: string } {
  return document(Object.fromEntries(parameters.map(({ name, example }) => [name, example])));
}
