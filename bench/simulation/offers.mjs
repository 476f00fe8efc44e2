/** The offers: two drafts that are simulated, and as many live ones beside them as are asked for. */
const uuid = (n) => `0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const document = (more) => ({
  name: 'Running low?',
  kind: 'replenishment',
  trigger: {
    on: ['zoneEntered'],
    storeIds: [],
    zoneIds: [],
    zoneKinds: [],
    categories: ['c1'],
    dwellSeconds: 20,
  },
  eligibility: {
    combinator: 'and',
    rules: [{ field: 'replenishment.dueProbability', of: { category: 'c1' }, operator: '>=', value: 0.5 }],
  },
  target: { productIds: [], categories: ['c1'], fromBrand: null, toProductIds: [] },
  reward: { type: 'percentOff', value: 15, maxDiscount: { amount: 200, currency: 'EUR' } },
  content: { default: { title: 'Running low?', body: 'They are in {{zone.name}}' } },
  schedule: { startsAt: null, endsAt: null, daysOfWeek: [] },
  limits: {
    perShopper: [
      { max: 1, per: 'visit' },
      { max: 2, per: '30d' },
    ],
    total: 5_000,
    budget: { amount: 250_000, currency: 'EUR', per: 'campaign' },
    ignoresGlobalCaps: false,
    countsTowardGlobalCaps: true,
  },
  priority: 50,
  holdoutShare: 0,
  expiresInSeconds: 1_800,
  tags: [],
  ...more,
});

const anywhere = {
  on: ['zoneEntered'],
  storeIds: [],
  zoneIds: [],
  zoneKinds: [],
  categories: [],
  dwellSeconds: 20,
};

export const drafts = [
  { name: 'a reminder in one zone, alone', offerId: uuid(1), among: 'alone' },
  { name: 'the same among live offers', offerId: uuid(1), among: 'live' },
  { name: 'an offer in every zone, alone', offerId: uuid(2), among: 'alone' },
];

export function offerRows(live) {
  const rows = [
    { offerId: uuid(1), status: 'draft', document: document({}) },
    { offerId: uuid(2), status: 'draft', document: document({ trigger: anywhere }) },
  ];
  for (let n = 0; n < live; n += 1) {
    const category = `c${n % 8}`;
    const trigger = { ...anywhere, categories: [category] };
    const rule = { field: 'replenishment.dueProbability', of: { category }, operator: '>=', value: 0.9 };
    rows.push({
      offerId: uuid(100 + n),
      status: 'live',
      document: document({
        trigger,
        target: { productIds: [], categories: [category], fromBrand: null, toProductIds: [] },
        eligibility: { combinator: 'and', rules: [rule] },
        priority: 60,
      }),
    });
  }
  return rows;
}
