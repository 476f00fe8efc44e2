import { randomUUID } from 'node:crypto';
import { timestamp } from '../../src/platform/index.js';
import {
  DAY_MS,
  MINUTE_MS,
  toRfc3339,
  type KeyId,
  type Principal,
  type ShopperId,
} from '../../src/shared/index.js';
import type { CustomerView } from '../../src/views/customer-view.dto.js';
import { CustomerViews } from '../../src/views/customer-views.service.js';
import { startShop, type Shop } from '../support/shop.js';

let shop: Shop;
const now = Date.now();
const ago = (ms: number): Date => timestamp(now - ms);
const run = (sql: string, values: unknown[] = []) => shop.database.run(sql, values);

async function view(id: string): Promise<{ status: number; body: CustomerView }> {
  const { status, body } = await shop.call('GET', `/v1/shoppers/${id}`, { as: shop.serviceKey });
  return { status, body: body as CustomerView };
}

beforeAll(async () => {
  shop = await startShop();
  await run(
    `INSERT INTO products (product_id, name, brand, own_brand, category)
     VALUES ('milk', 'Milk', 'Dairy', false, 'milk'), ('soap', 'Soap', 'Soapy', false, 'soap')`,
  );
});
afterAll(() => shop.stop());

async function shopper(id: string, profiling: boolean): Promise<void> {
  await run(
    `INSERT INTO shoppers (shopper_id, display_name, time_zone, attributes, loyalty)
     VALUES ($1, 'Ada', 'Europe/Paris', '{"vegan": null}', '{"tier": "gold", "points": 7}')`,
    [id],
  );
  await run(`INSERT INTO consents VALUES ($1, 'profiling', $2, '3', 'app', $3)`, [
    id,
    profiling,
    ago(DAY_MS),
  ]);
}

async function purchase(
  id: string,
  daysAgo: number,
  lines: [string, number, number | null][],
): Promise<void> {
  const purchaseId = randomUUID();
  await run(
    `INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
     VALUES ($1, $2, 's1', 'store', $3, '')`,
    [purchaseId, id, ago(daysAgo * DAY_MS)],
  );
  for (const [place, [productId, quantity, price]] of lines.entries()) {
    await run(
      `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, discount, currency)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        purchaseId,
        place,
        productId,
        quantity,
        price,
        price === null ? null : 10,
        price === null ? null : 'EUR',
      ],
    );
  }
}

describe('GET /v1/shoppers/{shopperId}', () => {
  it('shows one shopper across all rooms', async () => {
    await shopper('ada', true);
    await run(`INSERT INTO carried_beacons VALUES ('mac:aabbccddeeff', 'ada', 'profile')`);
    await purchase('ada', 22, [['milk', 1, 100]]);
    await purchase('ada', 12, [['milk', 2, 100]]);
    await purchase('ada', 2, [
      ['milk', 1.5, 101],
      ['soap', 1, null],
      ['unknown', 1, 50],
    ]);
    const { status, body } = await view('ada');
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([
      'profile',
      'loyalty',
      'consents',
      'value',
      'favourites',
      'replenishment',
      'productReplenishment',
      'recent',
      'devices',
      'preferences',
      'interactions',
      'offers',
      'segments',
    ]);
    expect(body.profile).toMatchObject({
      shopperId: 'ada',
      displayName: 'Ada',
      attributes: { vegan: null },
      carries: ['mac:aabbccddeeff'],
    });
    expect(body.loyalty).toEqual({ tier: 'gold', points: 7 });
    expect(body.consents.location).toEqual({ granted: false });
    expect(body.consents.profiling).toEqual({
      granted: true,
      policyVersion: '3',
      source: 'app',
      at: toRfc3339(now - DAY_MS),
    });
    expect(body.value).toEqual({
      recencyDays: 2,
      frequency: 3,
      // 100 - 10, 200 - 10, 152 - 10 (151.5 rounded half up), 50 - 10
      monetary: { amount: 90 + 190 + 142 + 40, currency: 'EUR' },
      rfm: null,
      probabilityActive: expect.any(Number),
      lifetimeValue: { amount: expect.any(Number), currency: expect.any(String) },
      expected: expect.objectContaining({ months12: expect.anything() }),
      interPurchaseDays: 10,
      visitsPer30Days: 3,
    });
    expect(body.favourites.products).toHaveLength(3);
    expect(body.favourites.products[0]).toMatchObject({ productId: 'milk', purchases: 3, units: 4.5 });
    expect(body.favourites.categories).toMatchObject([{ category: 'milk' }, { category: 'soap' }]);
    expect(body.replenishment.map(({ category }) => category).sort()).toEqual(['milk', 'soap']);
    expect(body.productReplenishment.map(({ productId }) => productId).sort()).toEqual([
      'milk',
      'soap',
      'unknown',
    ]);
    expect(body.segments).toEqual([]);
    expect(body.recent.purchases[0]).toMatchObject({
      storeId: 's1',
      purchasedAt: toRfc3339(now - 2 * DAY_MS),
      total: { amount: 182, currency: 'EUR' },
      lines: [
        { productId: 'milk', name: 'Milk', quantity: 1.5, unitPrice: { amount: 101, currency: 'EUR' } },
        { productId: 'soap', unitPrice: null, discount: null },
        { productId: 'unknown', name: null, category: null, known: false },
      ],
    });
  });

  it('lists what happened lately, newest first, the running visit among it', async () => {
    await shopper('bea', true);
    const [running, over] = [randomUUID(), randomUUID()];
    await run(
      `INSERT INTO visits VALUES ($1, 'bea', 's1', $3, NULL, 'sighting'), ($2, 'bea', 's1', $4, $5, 'checkin')`,
      [running, over, ago(10 * MINUTE_MS), ago(DAY_MS), ago(DAY_MS - 5 * MINUTE_MS)],
    );
    await run(`INSERT INTO stays VALUES ($1, 'coffee', $2, $3), ($1, 'tea', $3, NULL)`, [
      running,
      ago(9 * MINUTE_MS),
      ago(4 * MINUTE_MS),
    ]);
    const deliveryId = randomUUID();
    await run(
      `INSERT INTO deliveries (delivery_id, decision_id, shopper_id, offer_id, store_id, visit_id, offer, created_at,
         expires_at) VALUES ($1, $2, 'bea', $3, 's1', $4, '{"title": "Running low?"}', $5, $6)`,
      [deliveryId, randomUUID(), randomUUID(), running, ago(MINUTE_MS), ago(-MINUTE_MS)],
    );
    await run(
      `INSERT INTO delivery_events VALUES ($1, 'rated', now(), 5, 'yes'), ($1, 'opened', $2, NULL, NULL)`,
      [deliveryId, ago(30_000)],
    );
    await run(`INSERT INTO feedback VALUES ($1, 'bea', 'Nice', NULL)`, [randomUUID()]);
    for (let each = 0; each < 25; each += 1) {
      await run(
        `INSERT INTO interactions VALUES ('i' || $1::text, 'bea', 'viewed', 'milk', NULL, $2, 'app')`,
        [each, ago(each * MINUTE_MS)],
      );
    }
    const { recent, value } = (await view('bea')).body;
    expect(recent.visits).toMatchObject([
      {
        visitId: running,
        endedAt: null,
        zones: [
          { zoneId: 'coffee', dwellSeconds: 300 },
          { zoneId: 'tea', leftAt: null },
        ],
      },
      { visitId: over, via: 'checkin', dwellSeconds: 300, zones: [] },
    ]);
    expect(recent.visits[0]?.dwellSeconds).toBeGreaterThanOrEqual(600);
    expect(recent.offers).toMatchObject([
      {
        deliveryId,
        title: 'Running low?',
        status: 'open',
        receipts: [{ type: 'opened' }, { type: 'rated', rating: 5, comment: 'yes' }],
      },
    ]);
    expect(recent.feedback).toMatchObject([{ text: 'Nice', about: null }]);
    expect(recent.interactions).toHaveLength(20);
    expect(recent.interactions[0]).toMatchObject({ interactionId: 'i0', type: 'viewed', productId: 'milk' });
    expect(value).toMatchObject({ frequency: 0, monetary: null, visitsPer30Days: 2 });
  });

  it('shows what was looked at and left, and what became of the offers', async () => {
    await shopper('dora', true);
    await run(
      `INSERT INTO products (product_id, name, brand, own_brand, category, equivalence_group)
       VALUES ('flakes', 'Flakes', 'National', false, 'cereals', 'cornflakes'),
         ('own-flakes', 'Flakes', 'Ours', true, 'cereals', 'cornflakes'),
         ('tea', 'Tea', 'Leaves', false, 'tea', NULL) ON CONFLICT DO NOTHING`,
    );
    const looks = [
      ['milk', 'viewed', 3],
      ['milk', 'wishlisted', 3],
      ['soap', 'viewed', 5],
      ['soap', 'reviewed', 1],
      ['flakes', 'searched', 6],
      ['tea', 'viewed', 100],
    ] as const;
    for (const [place, [productId, type, daysAgo]] of looks.entries()) {
      await run(`INSERT INTO interactions VALUES ('d' || $1::text, 'dora', $2, $3, NULL, $4, 'web')`, [
        place,
        type,
        productId,
        ago(daysAgo * DAY_MS),
      ]);
    }
    // Before the look: it was left since. Its stand-in after the look: it was not.
    await purchase('dora', 9, [['milk', 1, 100]]);
    await purchase('dora', 2, [['own-flakes', 1, 100]]);
    for (const [events, closedAs] of [
      [['received', 'opened', 'opened', 'rated'], 'redeemed'],
      [['displayed'], 'dismissed'],
      [[], null],
    ] as const) {
      const deliveryId = randomUUID();
      await run(
        `INSERT INTO deliveries (delivery_id, decision_id, shopper_id, offer_id, store_id, visit_id, offer,
           created_at, expires_at, closed_as) VALUES ($1, $2, 'dora', $2, 's1', $2, '{}', $3, $3, $4)`,
        [deliveryId, randomUUID(), ago(DAY_MS), closedAs],
      );
      for (const [place, type] of events.entries()) {
        await run('INSERT INTO delivery_events VALUES ($1, $2, $3, $4)', [
          deliveryId,
          type,
          ago(DAY_MS - place),
          type === 'rated' ? 4 : null,
        ]);
      }
    }
    const { interactions, offers } = (await view('dora')).body;
    expect(interactions.counts).toEqual({ viewed: 3, wishlisted: 1, reviewed: 1, searched: 1 });
    expect(interactions.browsedNotBought).toMatchObject([
      { productId: 'milk', times: 2, types: ['viewed', 'wishlisted'], lastAt: toRfc3339(now - 3 * DAY_MS) },
      { productId: 'soap', category: 'soap', times: 1, types: ['viewed'] },
    ]);
    expect(offers).toEqual({
      made: 3,
      received: 2,
      opened: 1,
      dismissed: 1,
      redeemed: 1,
      averageRating: 4,
    });
  });

  it('names the devices, without their tokens, and what the shopper set', async () => {
    await shopper('eve', false);
    await run(`INSERT INTO devices VALUES ('eve', 'old', 'ios', NULL, '1.0', $1)`, [ago(DAY_MS)]);
    await run(`INSERT INTO devices VALUES ('eve', 'new', 'android', 'secret-token', NULL, $1)`, [ago(0)]);
    await run(
      `UPDATE shoppers SET preferences = '{"snoozeUntil": 1800000000000, "mutedCategories": ["tea"]}'
       WHERE shopper_id = 'eve'`,
    );
    const { body } = await view('eve');
    expect(body.devices).toEqual([
      { deviceId: 'new', platform: 'android', reachable: true, appVersion: null, seenAt: toRfc3339(now) },
      {
        deviceId: 'old',
        platform: 'ios',
        reachable: false,
        appVersion: '1.0',
        seenAt: toRfc3339(now - DAY_MS),
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('secret-token');
    expect(body.preferences).toEqual({
      snoozeUntil: toRfc3339(1_800_000_000_000),
      mutedCategories: ['tea'],
    });
    expect(body.interactions.browsedNotBought).toEqual([]);
  });

  it('asks Postgres once for all of it, and tells the audit log', async () => {
    await shopper('finn', true);
    await purchase('finn', 9, [['milk', 1, 100]]);
    await purchase('finn', 2, [['milk', 2, 110]]);
    const first = (await view('finn')).body;
    const backOffice: Principal = { kind: 'service', keyId: 'k' as KeyId };
    const { database } = shop;
    const query = database.query.bind(database);
    const asked: string[] = [];
    const heard: typeof query = (sql, values) => {
      // What the process asks of its own accord meanwhile is of nobody.
      if (values?.includes('finn')) asked.push(sql);
      return query(sql, values);
    };
    Object.defineProperty(database, 'query', { value: heard, configurable: true });
    const shown = await shop.get(CustomerViews).shownTo(backOffice, 'finn' as ShopperId);
    Reflect.deleteProperty(database, 'query');
    expect(asked).toHaveLength(1);
    expect(shown.replenishment.map(({ purchases }) => purchases)).toEqual([2]);
    expect(shown.value.monetary).toEqual(first.value.monetary);
    expect(shown.value.probabilityActive).toBeGreaterThan(0);
  });

  it('uses no purchases without the consent to profiling', async () => {
    await shopper('cleo', false);
    await purchase('cleo', 2, [['milk', 1, 100]]);
    const { body } = await view('cleo');
    expect(new Set(Object.values(body.value))).toEqual(new Set([null]));
    expect(body).toMatchObject({ favourites: { products: [], categories: [] }, replenishment: [] });
    expect(body.profile.displayName).toBe('Ada');
    expect(body.recent.purchases).toHaveLength(1);
  });

  it('does not know a stranger, and is for the back office and the staff of the head office', async () => {
    expect((await view('nobody')).status).toBe(404);
    const asked = async (as?: string) =>
      (await shop.call('GET', '/v1/shoppers/ada', as === undefined ? {} : { as })).status;
    expect(await asked()).toBe(401);
    expect(await asked(await shop.key('pos', 's1'))).toBe(403);
    expect(await asked(await shop.key('gateway', 's1'))).toBe(403);
    expect(await asked(await shop.shopperToken('ada'))).toBe(403);
    expect(await asked((await shop.staff('associate')).token)).toBe(403);
    expect(await asked((await shop.staff('marketer')).token)).toBe(200);
  });
});
