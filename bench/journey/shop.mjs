// Sets up the shop over HTTP, as a back office would. Only the first key comes straight from the database, because
// the first staff member is made at the command line.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  STORES,
  ZONES,
  beaconIdOf,
  gatewayIdOf,
  pushTokenOf,
  shopperIdOf,
  storeIdOf,
  storeOf,
  zoneIdOf,
} from './plan.mjs';

const BULK = 1_000;
const AT_ONCE = 8;
const DAY_MS = 86_400_000;
const PRODUCTS = 200;
const CATEGORIES = 20;
const PURCHASES_EACH = 6;
const DAYS_BETWEEN_PURCHASES = 9;

const range = (count) => Array.from({ length: count }, (_, index) => index);
const categoryOf = (product) => `category ${product % CATEGORIES}`;

/** A key as the program would make one, put where the program looks for it. */
async function keyFor(database, kind, storeId) {
  const key = `ac_${kind}_${randomBytes(32).toString('base64url')}`;
  await database.query(
    `INSERT INTO api_keys (key_id, kind, store_id, label, prefix, secret_hash) VALUES ($1, $2, $3, 'bench', $4, $5)`,
    [randomUUID(), kind, storeId ?? null, key.slice(0, 16), createHash('sha256').update(key).digest()],
  );
  return key;
}

function callerOf(url, key) {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok || answer.rejected?.length > 0) {
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer).slice(0, 500)}`);
    }
    return { answer, headers: response.headers };
  };
}

async function inTurns(jobs) {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job();
  };
  await Promise.all(range(AT_ONCE).map(worker));
}

const bulk = (call, path, items) =>
  inTurns(
    range(Math.ceil(items.length / BULK)).map(
      (chunk) => () => call('POST', path, items.slice(chunk * BULK, (chunk + 1) * BULK)),
    ),
  );

const layoutOf = (store) => ({
  name: `Store ${store}`,
  timeZone: 'Europe/Brussels',
  currency: 'EUR',
  zones: range(ZONES).map((zone) => ({
    zoneId: zoneIdOf(zone),
    name: `Zone ${zone}`,
    kind: 'aisle',
    categories: [categoryOf(zone)],
  })),
  gateways: range(ZONES).map((zone) => ({ gatewayId: gatewayIdOf(store, zone), zoneId: zoneIdOf(zone) })),
  beacons: [],
});

const productOf = (product) => ({
  productId: `product-${product}`,
  name: `Product ${product}`,
  brand: `Brand ${product % 7}`,
  ownBrand: product % 7 === 0,
  category: categoryOf(product),
  price: { amount: 199 + product, currency: 'EUR' },
  equivalenceGroup: `group-${product % 40}`,
});

function purchasesOf(shopper, now) {
  return range(PURCHASES_EACH).map((purchase) => ({
    purchaseId: `purchase-${shopper}-${purchase}`,
    shopperId: shopperIdOf(shopper),
    storeId: storeIdOf(storeOf(shopper)),
    channel: 'store',
    purchasedAt: new Date(now - (purchase + 1) * DAYS_BETWEEN_PURCHASES * DAY_MS).toISOString(),
    lines: [0, 1, 2].map((line) => ({
      productId: `product-${(shopper + line * 41 + (purchase % 2)) % PRODUCTS}`,
      quantity: 1,
      unitPrice: { amount: 250, currency: 'EUR' },
    })),
  }));
}

/** One offer that everybody is made wherever they go, and one whose rule asks about their habits and nearly nobody meets. */
const offersOf = (reward) => [
  {
    name: 'For everybody',
    kind: 'message',
    trigger: { on: ['zoneEntered'] },
    target: { categories: range(CATEGORIES).map(categoryOf) },
    reward: reward === 'none' ? { type: 'none' } : { type: 'percentOff', value: 15 },
    content: { default: { title: 'Welcome', body: 'Have a look at {{zone.name}}' } },
    priority: 40,
  },
  {
    name: 'Running out',
    kind: 'replenishment',
    trigger: { on: ['zoneEntered'] },
    eligibility: {
      combinator: 'and',
      rules: [
        {
          field: 'replenishment.dueProbability',
          of: { category: categoryOf(1) },
          operator: '>=',
          value: 0.999,
        },
      ],
    },
    target: { categories: [categoryOf(1)] },
    content: { default: { title: 'Running low?', body: '{{product.name}} is in {{zone.name}}' } },
    priority: 60,
  },
];

/**
 * @param url where the program answers
 * @param database a connected `pg.Client`
 * @returns a gateway key a store, and a token a shopper
 */
export async function setUp({ url, database, shoppers, reward, say }) {
  const call = callerOf(url, await keyFor(database, 'service'));
  const approve = callerOf(url, await keyFor(database, 'service'));
  await openStores(call);
  await bulk(call, '/v1/products', range(PRODUCTS).map(productOf));
  const people = range(shoppers);
  say(`${shoppers} shoppers with consents and ${shoppers * PURCHASES_EACH} purchases`);
  await register(call, people, ['location', 'profiling', 'push']);
  const now = Date.now();
  await bulk(
    call,
    '/v1/purchases',
    people.flatMap((shopper) => purchasesOf(shopper, now)),
  );
  await liftCaps(call);
  for (const offer of offersOf(reward)) await publish(call, approve, offer);
  const tokens = [];
  await inTurns(
    people.map((shopper) => async () => {
      const { answer } = await call('POST', `/v1/shoppers/${shopperIdOf(shopper)}/tokens`, {});
      tokens[shopper] = answer.token;
    }),
  );
  return { keys: await gatewayKeys(database), tokens };
}

/** Each shopper's phone registers where it is pushed to. */
export function registerPhones(url, tokens) {
  return inTurns(
    tokens.map((token, shopper) => async () => {
      const device = { platform: 'android', pushToken: pushTokenOf(shopper) };
      await callerOf(url, token)('PUT', '/v1/me/devices/phone', device);
    }),
  );
}

/** Shoppers who may be located and nothing else: for what ends with presence. @returns a gateway key a store */
export async function setUpPresence({ url, database, shoppers }) {
  const call = callerOf(url, await keyFor(database, 'service'));
  await openStores(call);
  await register(call, range(shoppers), ['location']);
  return gatewayKeys(database);
}

async function openStores(call) {
  for (const store of range(STORES)) await call('PUT', `/v1/stores/${storeIdOf(store)}`, layoutOf(store));
}

async function register(call, people, purposes) {
  await bulk(
    call,
    '/v1/shoppers',
    people.map((shopper) => ({ shopperId: shopperIdOf(shopper), carries: [beaconIdOf(shopper)] })),
  );
  await bulk(
    call,
    '/v1/consents',
    people.flatMap((shopper) =>
      purposes.map((purpose) => ({
        shopperId: shopperIdOf(shopper),
        purpose,
        granted: true,
        policyVersion: '1',
        source: 'bench',
      })),
    ),
  );
}

async function gatewayKeys(database) {
  const keys = [];
  for (const store of range(STORES)) keys.push(await keyFor(database, 'gateway', storeIdOf(store)));
  return keys;
}

/** The default policy would stop at one offer a minute; what is measured here is what an offer takes. */
async function liftCaps(call) {
  const path = '/v1/policies/contact';
  const { answer, headers } = await call('GET', path);
  await call('PUT', path, { ...answer, globalCaps: [] }, { 'if-match': headers.get('etag') });
}

async function publish(call, approve, offer) {
  const { answer, headers } = await call('POST', '/v1/offers', offer);
  const path = `/v1/offers/${answer.offerId}`;
  const submitted = await call('POST', `${path}/submit`, {}, { 'if-match': headers.get('etag') ?? '*' });
  await approve('POST', `${path}/approve`, {}, { 'if-match': submitted.headers.get('etag') ?? '*' });
}
