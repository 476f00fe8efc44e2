import { randomUUID } from 'node:crypto';
import { CustomerValues, LifetimeValues, ShopperViews } from '../../src/insights/index.js';
import { Clock, Outbox, timestamp } from '../../src/platform/index.js';
import { DAY_MS, type PurchaseId, type ShopperId } from '../../src/shared/index.js';
import { midRankScores } from '../../src/insights/rfm/rfm.rules.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

let shop: Shop;
const now = Date.now();

beforeAll(async () => {
  shop = await startShop();
  await shop.database.run(
    `INSERT INTO products (product_id, name, brand, own_brand, category, unit_cost, currency)
     VALUES ('milk', 'Milk', 'x', false, 'milk', 60, 'EUR'), ('bread', 'Bread', 'x', false, 'bread', NULL, NULL)`,
  );
});
afterAll(() => shop.stop());

interface Line {
  product: string;
  quantity?: number;
  price: number;
  currency?: string;
}

async function shopper(store?: string): Promise<ShopperId> {
  const id = `v-${randomUUID()}` as ShopperId;
  await shop.database.run('INSERT INTO shoppers (shopper_id, home_store_id) VALUES ($1, $2)', [
    id,
    store ?? null,
  ]);
  await consent(id, true);
  return id;
}

async function consent(id: ShopperId, granted: boolean): Promise<void> {
  await shop.database.run(
    `INSERT INTO consents (shopper_id, purpose, granted, policy_version, source, at)
     VALUES ($1, 'profiling', $2, '1', 'test', now())
     ON CONFLICT (shopper_id, purpose) DO UPDATE SET granted = excluded.granted`,
    [id, granted],
  );
}

async function buys(id: ShopperId, daysAgo: readonly number[], lines: readonly Line[]): Promise<void> {
  for (const ago of daysAgo) {
    const purchaseId = randomUUID();
    await shop.database.run(
      `INSERT INTO purchases (purchase_id, shopper_id, channel, purchased_at, content_hash)
       VALUES ($1, $2, 'store', $3, '')`,
      [purchaseId, id, timestamp(now - ago * DAY_MS)],
    );
    for (const [index, { product, quantity = 1, price, currency = 'EUR' }] of lines.entries()) {
      await shop.database.run(
        `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, currency)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [purchaseId, index, product, quantity, price, currency],
      );
    }
  }
}

/** Says that purchases were recorded, and waits until that is worked off. */
async function announce(id: ShopperId): Promise<void> {
  const outbox = shop.get(Outbox);
  const eventId = shop.get(Clock).newId();
  const payload = { shopperId: id, purchaseIds: [] as PurchaseId[] };
  await outbox.write(shop.database, [{ id: eventId, event: 'purchase.recorded', payload }]);
  outbox.filled();
  await until(
    () => shop.database.query('SELECT FROM outbox WHERE id = $1', [eventId]),
    (rows) => rows.length === 0,
  );
}

const milk: Line = { product: 'milk', price: 100 };
const stateOf = async (id: ShopperId) => (await shop.get(CustomerValues).of(id, now))?.state;
const movesOf = (id: ShopperId) =>
  shop.database.query<{ segment: string }>('SELECT * FROM rfm_moves WHERE shopper_id = $1 ORDER BY at', [id]);
const refit = (at = Date.now()) => shop.get(LifetimeValues).refit(at);

describe('what purchases come to', () => {
  it('is days, money and margin, of the main currency, less returns', async () => {
    const id = await shopper();
    await buys(id, [21, 14, 7, 7], [milk, { product: 'bread', price: 200 }]);
    await buys(id, [3], [{ product: 'milk', quantity: -1, price: 100 }]);
    await buys(id, [2], [{ product: 'milk', price: 900, currency: 'SEK' }]);
    await announce(id);
    expect(await stateOf(id)).toMatchObject({
      purchaseDays: 4,
      currency: 'EUR',
      // Four times 3.00, less 1.00 taken back; milk earns 40, bread of unknown cost 30 % of 200.
      spent: 1_100,
      margin: 4 * (40 + 60) - 40,
      spendDays: 3,
    });
  });

  it('makes one day of a thousand purchases', async () => {
    const id = await shopper();
    await shop.database.run(
      `INSERT INTO purchases SELECT $1 || n, $1, NULL, 'store', $2, '' FROM generate_series(1, 1000) AS n`,
      [id, timestamp(now - DAY_MS)],
    );
    await shop.database.run(
      `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, currency)
       SELECT purchase_id, 1, 'milk', 1, 100, 'EUR' FROM purchases WHERE shopper_id = $1`,
      [id],
    );
    await announce(id);
    expect(await stateOf(id)).toMatchObject({ purchaseDays: 1, spent: 100_000 });
  });

  it('is nothing without the consent, and gone once it is withdrawn', async () => {
    const id = await shopper();
    await buys(id, [14, 7], [milk]);
    await announce(id);
    await refit();
    expect(await stateOf(id)).toMatchObject({ purchaseDays: 2 });
    await consent(id, false);
    expect(await stateOf(id)).toBeUndefined();
    await refit();
    expect(await shop.database.query('SELECT FROM shopper_value WHERE shopper_id = $1', [id])).toEqual([]);
    expect(await movesOf(id)).toEqual([]);
    await consent(id, true);
    expect(await stateOf(id)).toMatchObject({ purchaseDays: 2 });
  });
});

describe('the nightly round', () => {
  const ids: ShopperId[] = [];
  beforeAll(async () => {
    for (let each = 0; each < 60; each += 1) {
      const id = await shopper(each % 2 === 0 ? 'north' : undefined);
      const every = 3 + (each % 9);
      await buys(
        id,
        Array.from({ length: 2 + (each % 12) }, (_, n) => 1 + (each % 5) * 10 + n * every),
        [{ ...milk, price: 100 + each * 7 }],
      );
      ids.push(id);
    }
  }, 120_000);

  it('folds who was never folded, fits, and scores all as the pure rule does', async () => {
    expect(await refit()).toBeGreaterThanOrEqual(60);
    const rows = await shop.database.query<{ days: number; score: number; last: string; recency: number }>(
      `SELECT purchase_days AS days, frequency_score AS score, last_day AS last, recency_score AS recency
       FROM shopper_value`,
    );
    expect(rows.map(({ score }) => score)).toEqual(midRankScores(rows.map(({ days }) => days)));
    expect(rows.map(({ recency }) => recency)).toEqual(
      midRankScores(rows.map(({ last }) => Date.parse(last))),
    );
    const [kept] = await shop.database.query<{ document: { model: { purchases: { r: number } } } }>(
      'SELECT document FROM value_model',
    );
    expect(kept!.document.model.purchases.r).not.toBe(1.329);
    expect(shop.get(LifetimeValues).model.spend?.currency).toBe('EUR');
  });

  it('writes a move only where a cell changed', async () => {
    const [id] = ids as [ShopperId];
    const before = (await movesOf(id)).length;
    expect(before).toBe(1);
    await refit();
    expect(await movesOf(id)).toHaveLength(before);
  });

  it('is left to the one under way', async () => {
    const rounds = await Promise.all([refit(), refit()]);
    expect(rounds.filter((scored) => scored === undefined).length).toBeLessThanOrEqual(1);
    expect(rounds.some((scored) => scored !== undefined)).toBe(true);
  });

  it('is not waited for by a shopper that buys', async () => {
    const id = ids[4]!;
    const before = (await stateOf(id))!;
    await buys(id, [0], [milk]);
    await announce(id);
    const after = (await stateOf(id))!;
    expect(after.rfm!.recency).toBeGreaterThan(before.rfm!.recency);
    const view = (await shop.get(ShopperViews).load([id])).get(id)!;
    expect(view.value!.state).toMatchObject({ purchaseDays: before.purchaseDays + 1, rfm: after.rfm });
  });

  it('shows in the single customer view', async () => {
    const { body } = await shop.call('GET', `/v1/shoppers/${ids[11]!}`, { as: shop.serviceKey });
    const { value } = body as { value: Record<string, unknown> };
    expect(value).toMatchObject({
      rfm: {
        r: expect.any(Number),
        f: expect.any(Number),
        m: expect.any(Number),
        segment: expect.any(String),
      },
      probabilityActive: expect.any(Number),
      lifetimeValue: { amount: expect.any(Number), currency: 'EUR' },
      expected: { months12: { purchases: expect.any(Number), margin: value['lifetimeValue'] } },
    });
  });

  it('is reported by cell and segment, for a store, for an earlier moment, and as CSV', async () => {
    const as = (await shop.staff('analyst')).token;
    await shop.call('PUT', '/v1/stores/north', {
      as: shop.serviceKey,
      body: { name: 'North', timeZone: 'UTC', currency: 'EUR', zones: [], gateways: [], beacons: [] },
    });
    const rfm = async (query = '') =>
      (await shop.call('GET', `/v1/reports/rfm${query}`, { as })).body as {
        shoppers: number;
        currency: string;
        cells: { shoppers: number }[];
        segments: { shoppers: number }[];
      };
    const all = await rfm();
    expect(all.currency).toBe('EUR');
    expect(all.cells).toHaveLength(125);
    expect(all.cells.reduce((sum, { shoppers }) => sum + shoppers, 0)).toBe(all.shoppers);
    expect(all.segments.reduce((sum, { shoppers }) => sum + shoppers, 0)).toBe(all.shoppers);
    expect((await rfm('?storeId=north')).shoppers).toBe(30);
    expect((await rfm('?at=2001-01-01T00:00:00Z')).shoppers).toBe(0);
    expect((await rfm(`?at=${new Date(Date.now() + DAY_MS).toISOString()}`)).shoppers).toBe(all.shoppers);

    const response = await fetch(`${shop.url}/v1/reports/rfm`, {
      headers: { authorization: `Bearer ${as}`, accept: 'text/csv' },
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/csv/);
    const lines = (await response.text()).split('\r\n');
    expect(lines[0]).toBe(
      'recency,frequency,monetary,segment,shoppers,share,meanSpent,meanLifetimeValue,currency',
    );
    expect(lines).toHaveLength(1 + 125 + 1);
    const associate = (await shop.staff('associate')).token;
    expect((await shop.call('GET', '/v1/reports/rfm', { as: associate })).status).toBe(403);
    expect((await shop.call('GET', '/v1/reports/rfm?at=yesterday', { as })).status).toBe(400);
  });
});
