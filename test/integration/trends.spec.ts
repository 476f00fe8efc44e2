import type { TrendsAnswer } from '../../src/insights/kpis/trends/trends.dto.js';
import { startShop, type Shop } from '../support/shop.js';

/**
 * Twelve shoppers, of whom t11 and t12 did not consent to profiling, and what they bought in a week of March 2024, in
 * the week before, and in the same week of 2023. The clocks go forward in the week asked for.
 *
 * | | 25 to 31 March | 18 to 24 March | 25 to 31 March 2023 |
 * |---|---|---|---|
 * | coffee (beans) | t1 to t5 4 each, t6 to t10 2 each | 1 each | t1 to t10 3 each |
 * | tea (green) | t1 to t10 1 each | 2 each of t1 to t5, 1 of the others | nothing |
 * | soap (bar) | t1 1, at 0.5 | t2 1 | nothing |
 */
let shop: Shop;
const run = (sql: string, values: unknown[] = []) => shop.database.run(sql, values);
let count = 0;

/** So many purchases of one product by each of t`first` to t`last`, on the day. */
async function bought(
  productId: string,
  each: number,
  [first, last]: [number, number],
  at: string,
  quantity = 1,
) {
  for (let shopper = first; shopper <= last; shopper += 1) {
    for (let time = 0; time < each; time += 1) {
      count += 1;
      await run(
        `WITH purchase AS (
           INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
           VALUES ($1, $2, 's1', 'store', $3, '') RETURNING purchase_id)
         INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, currency)
         SELECT purchase_id, 1, $4, $5::float8, 100, 'EUR' FROM purchase`,
        [`p${count}`, `t${shopper}`, at, productId, quantity],
      );
    }
  }
}

async function trends(query = '', as = shop.serviceKey) {
  const path = `/v1/reports/trends?from=2024-03-25&to=2024-04-01&storeId=s1${query}`;
  const { status, body } = await shop.call('GET', path, { as });
  return { status, body: body as TrendsAnswer & { detail: string } };
}

beforeAll(async () => {
  shop = await startShop();
  const body = {
    name: 'S1',
    timeZone: 'Europe/Paris',
    currency: 'EUR',
    zones: [],
    gateways: [],
    beacons: [],
  };
  await shop.call('PUT', '/v1/stores/s1', { as: shop.serviceKey, body });
  await run(
    `INSERT INTO products (product_id, name, brand, own_brand, category) VALUES
       ('beans', 'Beans', 'Roast', false, 'coffee'), ('green', 'Green', 'Leaf', true, 'tea'), ('bar', 'Bar', 'Soapy', true, 'soap')`,
  );
  for (let each = 1; each <= 12; each += 1) {
    await run('INSERT INTO shoppers (shopper_id) VALUES ($1)', [`t${each}`]);
    await run(`INSERT INTO consents VALUES ($1, 'profiling', $2, '1', 'app', now())`, [
      `t${each}`,
      each <= 10,
    ]);
  }
  // The last half hour of the week in Paris, where the clocks have gone forward; in UTC it is still Sunday.
  await bought('beans', 4, [1, 5], '2024-03-31T21:59:00Z');
  await bought('beans', 2, [6, 10], '2024-03-26T12:00:00Z');
  await bought('beans', 1, [1, 10], '2024-03-18T00:00:00Z');
  await bought('beans', 3, [1, 10], '2023-03-28T12:00:00Z');
  await bought('green', 1, [1, 10], '2024-03-26T12:00:00Z');
  await bought('green', 2, [1, 5], '2024-03-20T12:00:00Z');
  await bought('green', 1, [6, 10], '2024-03-20T12:00:00Z');
  await bought('bar', 1, [1, 1], '2024-03-26T12:00:00Z', 0.5);
  await bought('bar', 1, [2, 2], '2024-03-20T12:00:00Z');
  // Neither theirs, nor what comes a minute after the week, counts.
  await bought('bar', 30, [11, 12], '2024-03-26T12:00:00Z');
  await bought('bar', 1, [1, 10], '2024-03-31T22:00:00Z');
  // What no catalogue knows has no category.
  await bought('riddle', 1, [3, 3], '2024-03-26T12:00:00Z');
});
afterAll(() => shop.stop());

describe('GET /v1/reports/trends', () => {
  it('tells what rises and falls, against the week before and the year before', async () => {
    const { status, body } = await trends();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      level: 'category',
      storeId: 's1',
      timeZone: 'Europe/Paris',
      // 20 + 10 coffee, 10 tea, a bar, a riddle
      window: { from: '2024-03-25', to: '2024-04-01', purchases: 42, onRecord: true },
      // 10 coffee, 15 tea, a bar
      windowBefore: { from: '2024-03-18', to: '2024-03-25', purchases: 26, onRecord: true },
      // The first purchase on record is on the 28th.
      windowYearAgo: { from: '2023-03-25', to: '2023-04-01', purchases: 30, onRecord: false },
      rising: 1,
      falling: 1,
      total: 3,
    });
    expect(body.growth).toBeCloseTo(42 / 26 - 1, 12);
    const [coffee, tea, soap] = body.items;
    expect(coffee).toMatchObject({
      category: 'coffee',
      productId: null,
      purchases: 30,
      purchasesBefore: 10,
      mark: 'rising',
      units: 30,
      revenue: [{ amount: 3_000, currency: 'EUR' }],
      revenueBefore: [{ amount: 1_000, currency: 'EUR' }],
      yearOnYear: { purchasesBefore: 30, growth: 0, mark: 'unclear' },
    });
    // See trends.rules.spec.ts: s = 1 / 9
    expect(coffee?.growthLow).toBeCloseTo(3 * Math.exp(-1.959964 / 9) - 1, 9);
    // X = 10, Y = 15: sum of (1 / 10 - y / 15)^2 = 5 (1 / 30)^2 + 5 (1 / 30)^2 = 1 / 90, times 10 / 9: s = 1 / 9 again.
    expect(tea).toMatchObject({ category: 'tea', purchases: 10, purchasesBefore: 15, mark: 'falling' });
    expect(tea?.growthHigh).toBeCloseTo((10 / 15) * Math.exp(1.959964 / 9) - 1, 9);
    // Nobody bought tea a year ago, though other things were bought.
    expect(tea?.yearOnYear).toMatchObject({ purchasesBefore: 0, growth: null, mark: 'fewCounts' });
    expect(soap).toMatchObject({
      category: 'soap',
      purchases: 1,
      purchasesBefore: 1,
      mark: 'fewCounts',
      units: 0.5,
    });
    expect(soap?.revenue).toEqual([{ amount: 50, currency: 'EUR' }]);
  });

  it('goes down to products, the unknown ones too', async () => {
    const { body } = await trends('&level=product&limit=4');
    expect(body.items.map(({ productId, name, category }) => [productId, name, category])).toEqual([
      ['beans', 'Beans', 'coffee'],
      ['green', 'Green', 'tea'],
      ['riddle', null, null],
      ['bar', 'Bar', 'soap'],
    ]);
    expect((await trends('&level=product&limit=1')).body).toMatchObject({ items: [{}], total: 4 });
  });

  it('takes the four weeks before today unless asked otherwise', async () => {
    const reply = await shop.call('GET', '/v1/reports/trends', { as: shop.serviceKey });
    const body = reply.body as TrendsAnswer;
    expect(Date.parse(body.window.to) - Date.parse(body.window.from)).toBe(28 * 86_400_000);
    expect(body).toMatchObject({ items: [], growth: null, windowYearAgo: null, rising: 0, total: 0 });
  });

  it('names what it does not understand', async () => {
    const ask = async (query: string) =>
      await shop.call('GET', `/v1/reports/trends?${query}`, { as: shop.serviceKey });
    for (const [query, place] of [
      ['level=brand', 'level'],
      ['limit=0', 'limit'],
      ['from=2024-01-01&to=2023-01-01', 'to'],
      ['from=2022-01-01&to=2024-01-01', '730 days'],
    ] as const) {
      const { status, body } = await ask(query);
      expect([query, status]).toEqual([query, 400]);
      expect(body.detail).toContain(place);
    }
    expect((await ask('storeId=s9')).status).toBe(404);
  });

  it('is for the head office', async () => {
    expect((await trends('', (await shop.staff('analyst')).token)).status).toBe(200);
    expect((await trends('', (await shop.staff('associate')).token)).status).toBe(403);
  });
});
