import { setTimeout as pause } from 'node:timers/promises';
import type { Instant } from '../../shared/index.js';
import type { Api } from '../api.js';
import { historyOf } from '../shop/history.rules.js';
import { demoStore, STORE_ID } from '../shop/layout.rules.js';
import { consentsOf, shopperOf, type Person } from '../shop/people.rules.js';
import { demoProducts } from '../shop/products.rules.js';

interface BulkAnswer {
  accepted: number;
  rejected: { index: number; code: string; detail: string }[];
}

/** Purchases a call: with their lines they stay well below the 1 MiB a body may have. */
const AT_ONCE = 500;
const FOLD_PATIENCE_MS = 60_000;
const LOOK_MS = 100;

/** Fills the shop: layout, range, clientele, consents, and months of purchases. Done again it changes nothing. */
export async function stockUp(
  api: Api,
  serviceKey: string,
  people: readonly Person[],
  beganAt: Instant,
): Promise<void> {
  await bulk(api, serviceKey, '/v1/products', demoProducts());
  await bulk(api, serviceKey, '/v1/shoppers', people.map(shopperOf));
  await bulk(api, serviceKey, '/v1/consents', people.flatMap(consentsOf));
  const prices = new Map(demoProducts().map((product) => [product.productId, product]));
  const history = people.flatMap((person) => historyOf(person, prices, beganAt));
  await bulk(api, serviceKey, '/v1/purchases', history);
  await waitForHabits(api, serviceKey, people);
}

/** The layout; one that is there stays as it is, changed or not. */
export async function openStore(api: Api, admin: string): Promise<void> {
  const stores = await api.all<{ storeId: string }>('/v1/stores', admin);
  if (stores.some(({ storeId }) => storeId === STORE_ID)) return;
  await api.call('PUT', `/v1/stores/${STORE_ID}`, { as: admin, body: demoStore() });
}

async function bulk(api: Api, as: string, path: string, items: readonly unknown[]): Promise<void> {
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const { rejected } = await api.post<BulkAnswer>(path, items.slice(from, from + AT_ONCE), as);
    const [first] = rejected;
    if (first === undefined) continue;
    throw new Error(
      `${path} took not all of the demo shop: ${rejected.length} refused, the first (${first.code}): ${first.detail}`,
    );
  }
}

/** Purchases are acknowledged before their habits are known; the shop opens when all are. */
async function waitForHabits(api: Api, as: string, people: readonly Person[]): Promise<void> {
  const deadline = Date.now() + FOLD_PATIENCE_MS;
  for (const { shopperId, consents, habits } of people) {
    if (!consents.profiling || habits.length === 0) continue;
    for (;;) {
      const { items } = await api.get<{ items: unknown[] }>(`/v1/shoppers/${shopperId}/replenishment`, as);
      if (items.length > 0) break;
      if (Date.now() > deadline) throw new Error(`The habits of ${shopperId} were not worked out in time.`);
      await pause(LOOK_MS);
    }
  }
}
