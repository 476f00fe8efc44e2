// A store, shoppers and two live offers, and changes of presence as the readers of streams get them.
import { createHash, randomBytes, randomUUID } from 'node:crypto';

const PARTITIONS = 16;

/** Every table that a decision writes. */
export const LEDGER = [
  'visits',
  'stays',
  'decisions',
  'cap_events',
  'deliveries',
  'coupons',
  'outbox',
  'offer_counters',
  'reservations',
];

async function callerOf(url, database) {
  const key = `ac_service_${randomBytes(32).toString('base64url')}`;
  await database.query(
    `INSERT INTO api_keys (key_id, kind, label, prefix, secret_hash) VALUES ($1, 'service', 'bench', $2, $3)`,
    [randomUUID(), key.slice(0, 16), createHash('sha256').update(key).digest()],
  );
  return async (method, where, body) => {
    const response = await fetch(`${url}${where}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${where}: ${JSON.stringify(answer)}`);
    return answer;
  };
}

/** One offer that everybody gets, with every kind of limit, and one that stands back. @returns the first one's id */
export async function openShop(url, database, shoppers) {
  const [author, approver] = [await callerOf(url, database), await callerOf(url, database)];
  await author('PUT', '/v1/stores/bench', {
    name: 'Bench',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle', categories: ['coffee'] }],
    gateways: [],
    beacons: [],
  });
  await database.run(
    `INSERT INTO shoppers (shopper_id) SELECT 'shopper-' || n FROM generate_series(0, $1::int - 1) n`,
    [shoppers],
  );
  await database.run(
    `INSERT INTO consents (shopper_id, purpose, granted, policy_version, source, at)
     SELECT shopper_id, purpose, true, '1', 'bench', now()
     FROM shoppers, unnest(ARRAY['location', 'profiling', 'push']) AS purpose`,
  );
  await database.run('INSERT INTO contact_state SELECT shopper_id FROM shoppers ORDER BY 1');
  const offer = (over) => ({
    kind: 'message',
    trigger: { on: ['zoneEntered'] },
    content: { default: { title: 'Fresh roast', body: 'Today 1.50 off in {{zone.name}}' } },
    ...over,
  });
  const everybody = await live(
    author,
    approver,
    offer({
      name: 'Fresh roast today',
      reward: { type: 'amountOff', value: { amount: 150, currency: 'EUR' } },
      limits: {
        perShopper: [
          { max: 1, per: 'visit' },
          { max: 50, per: '30d' },
        ],
        total: 100_000_000,
        perStore: 100_000_000,
        budget: { amount: 100_000_000_000, currency: 'EUR', per: 'campaign' },
        ignoresGlobalCaps: true,
      },
    }),
  );
  const rule = {
    combinator: 'and',
    rules: [
      { field: 'replenishment.dueProbability', of: { category: 'coffee' }, operator: '>=', value: 0.6 },
    ],
  };
  await live(author, approver, offer({ name: 'Running low?', priority: 90, eligibility: rule }));
  await database.run('ANALYZE');
  return everybody;
}

async function live(author, approver, document) {
  const { offerId } = await author('POST', '/v1/offers', document);
  await author('POST', `/v1/offers/${offerId}/submit`);
  await approver('POST', `/v1/offers/${offerId}/approve`);
  return offerId;
}

/** A shopper who came in and stands at the coffee: one change that begins a visit and a stay, and is decided about. */
export function entryOf(clock, shopper) {
  const at = clock.now();
  return {
    kind: 'zoneEntered',
    changeId: clock.newId(),
    shopperId: `shopper-${shopper}`,
    storeId: 'bench',
    zoneId: 'coffee',
    visitId: clock.newId(),
    at,
    observedAt: at,
    receivedAt: at,
  };
}

export const streams = (redis) =>
  Array.from({ length: PARTITIONS }, (_, partition) => redis.partitionKey(partition, 'changes'));
