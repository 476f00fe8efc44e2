import { randomUUID } from 'node:crypto';
import { deliver, type MadeDelivery } from '../support/deliveries.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';

const HOUR = 3_600_000;
/** Yesterday at noon: everything of a test is in the days that are shown. */
const NOON = Math.floor(Date.now() / (24 * HOUR)) * 24 * HOUR - 12 * HOUR;
const at = (hours: number): string => new Date(NOON + hours * HOUR).toISOString();
const eur = (amount: number) => ({ amount, currency: 'EUR' });

let shop: Shop;
let analyst: string;
let till: string;
let shoppers = 0;

const product = (productId: string, category: string, unitCost?: number) => ({
  productId,
  name: productId,
  brand: 'Own',
  ownBrand: true,
  category,
  price: eur(200),
  ...(unitCost !== undefined && { unitCost: eur(unitCost) }),
});

async function offer(target: object, more: object = {}): Promise<string> {
  const reply = await shop.call('POST', '/v1/offers', {
    as: shop.serviceKey,
    body: {
      name: `Offer of ${JSON.stringify(target)}`,
      kind: 'message',
      trigger: { on: ['visitStarted'] },
      content: { default: { title: 'x', body: 'y' } },
      target,
      ...more,
    },
  });
  expect(reply.status).toBe(201);
  return reply.body.offerId as string;
}
/** Somebody who may be profiled. */
async function shopper(profiling = true): Promise<string> {
  const shopperId = `shopper-${(shoppers += 1)}`;
  await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body: {} });
  await shop.call('PUT', `/v1/shoppers/${shopperId}/consents/profiling`, {
    as: shop.serviceKey,
    body: { granted: profiling, policyVersion: '1', source: 'test' },
  });
  return shopperId;
}
/** An offer made to them, with its decision. */
async function made(offerId: string, shopperId: string, hours = 0, storeId = 's1'): Promise<MadeDelivery> {
  const delivery = await deliver(shop, {
    shopperId,
    offerId,
    storeId,
    reward: { type: 'percentOff', value: 10 },
  });
  await shop.database.run(
    `INSERT INTO decisions (decision_id, change_id, shopper_id, store_id, visit_id, on_trigger, at, outcome, offer_id,
                            revision, delivery_id, considered, latency)
     SELECT decision_id, $2, shopper_id, store_id, visit_id, 'visitStarted', $3, 'offer', offer_id, 1, delivery_id, '[]', '{}'
     FROM deliveries WHERE delivery_id = $1`,
    [delivery.deliveryId, randomUUID(), at(hours)],
  );
  return delivery;
}
async function bought(
  shopperId: string,
  hours: number,
  ...lines: { productId: string; quantity?: number; couponCode?: string; discount?: number }[]
): Promise<string> {
  const purchaseId = randomUUID();
  const reply = await shop.call('POST', '/v1/purchases', {
    as: shop.serviceKey,
    body: [
      {
        purchaseId,
        shopperId,
        storeId: 's1',
        channel: 'store',
        purchasedAt: at(hours),
        lines: lines.map(({ discount, quantity = 1, ...line }) => ({
          ...line,
          quantity,
          unitPrice: eur(200),
          ...(discount !== undefined && { discount: eur(discount) }),
        })),
      },
    ],
  });
  expect(reply.body.accepted).toBe(1);
  return purchaseId;
}
const report = (query = '', headers: Record<string, string> = {}): Promise<Reply> =>
  shop.call('GET', `/v1/reports/offers${query}`, { as: analyst, headers });
async function of(offerId: string): Promise<Record<string, unknown>> {
  const { body } = await report(`?offerId=${offerId}`);
  expect(body.items).toHaveLength(1);
  return (body.items as [Record<string, unknown>])[0];
}

beforeAll(async () => {
  shop = await startShop({ ROLE: 'api' });
  analyst = (await shop.staff('analyst')).token;
  till = await shop.key('pos', 's1');
  const zones = { zones: [], gateways: [], beacons: [] };
  for (const storeId of ['s1', 's2']) {
    await shop.call('PUT', `/v1/stores/${storeId}`, {
      as: shop.serviceKey,
      body: { name: storeId, timeZone: 'UTC', currency: 'EUR', ...zones },
    });
  }
  await shop.call('POST', '/v1/products', {
    as: shop.serviceKey,
    body: [product('filters', 'coffee filters', 50), product('flakes', 'cereals')],
  });
});
afterAll(() => shop.stop());

describe('the offers report', () => {
  it('follows an offer from being made to what was bought because of it', async () => {
    const offerId = await offer({ categories: ['coffee filters'] });
    const [ann, bob, cleo] = [await shopper(), await shopper(), await shopper()];
    const toAnn = await made(offerId, ann);
    const toBob = await made(offerId, bob);
    await made(offerId, cleo);
    await shop.call('POST', `/v1/me/offers/${toAnn.deliveryId}/events`, {
      as: await shop.shopperToken(ann),
      body: { type: 'opened' },
    });
    await shop.call('POST', `/v1/me/offers/${toBob.deliveryId}/events`, {
      as: await shop.shopperToken(bob),
      body: { type: 'received' },
    });
    await shop.call('POST', `/v1/coupons/${toAnn.couponCode}/redeem`, {
      as: till,
      headers: { 'idempotency-key': randomUUID() },
      body: { purchaseId: 'p', basket: [{ productId: 'filters', quantity: 2, unitPrice: eur(200) }] },
    });
    await bought(ann, 1, { productId: 'filters', quantity: 2, couponCode: toAnn.couponCode, discount: 40 });
    await bought(ann, 2, { productId: 'flakes' });
    expect(await of(offerId)).toMatchObject({
      issued: 3,
      ghosts: 0,
      received: 2,
      opened: 1,
      redeemed: 1,
      converted: 1,
      namedUnredeemed: 0,
      revenue: [eur(360)],
      discount: [eur(40)],
      margin: [eur(260)],
    });
  });

  it('gives a line to one offer: whose coupon was used, else the latest made', async () => {
    const [early, late] = [
      await offer({ productIds: ['filters'] }),
      await offer({ productIds: ['filters'] }),
    ];
    const ann = await shopper();
    const { couponCode } = await made(early, ann, 0);
    await made(late, ann, 1);
    await bought(ann, 2, { productId: 'filters' });
    expect([(await of(early)).converted, (await of(late)).converted]).toEqual([0, 1]);
    await bought(ann, 3, { productId: 'filters', couponCode });
    expect([(await of(early)).revenue, (await of(late)).revenue]).toEqual([[eur(200)], [eur(200)]]);
    expect(await of(early)).toMatchObject({ redeemed: 0, namedUnredeemed: 1 });
  });

  it('knows each offer’s window, what it leads to, and who may be profiled', async () => {
    const short = await offer({ categories: ['cereals'] }, { attributionHours: 2 });
    const [ann, bob, cleo] = [await shopper(), await shopper(), await shopper(false)];
    for (const each of [ann, bob, cleo]) await made(short, each);
    await bought(ann, -1, { productId: 'flakes' });
    await bought(ann, 2, { productId: 'flakes' });
    await bought(bob, 1, { productId: 'filters' });
    await bought(cleo, 1, { productId: 'flakes' });
    expect(await of(short)).toMatchObject({ issued: 3, converted: 0, revenue: [] });
    await bought(bob, 1.9, { productId: 'flakes' });
    // The cost of flakes is not known: the usual share stands for it.
    expect(await of(short)).toMatchObject({ converted: 1, revenue: [eur(200)], margin: [eur(60)] });
  });

  it('is undone by what comes back', async () => {
    const offerId = await offer({ productIds: ['filters'] });
    const ann = await shopper();
    await made(offerId, ann);
    await bought(ann, 1, { productId: 'filters', quantity: 3 });
    await bought(ann, 2, { productId: 'filters', quantity: -1 });
    expect(await of(offerId)).toMatchObject({ converted: 1, revenue: [eur(400)] });
    await bought(ann, 3, { productId: 'filters', quantity: -2 });
    expect(await of(offerId)).toMatchObject({ converted: 0, revenue: [] });
  });

  it('is of the stores that somebody may see, and of the days asked about', async () => {
    const offerId = await offer({ productIds: ['filters'] });
    await made(offerId, await shopper(), 0, 's2');
    const inStore = async (storeId: string): Promise<number> =>
      ((await report(`?offerId=${offerId}&storeId=${storeId}`)).body.items as unknown[]).length;
    expect([await inStore('s1'), await inStore('s2')]).toEqual([0, 1]);
    const day = at(0).slice(0, 10);
    expect((await report(`?offerId=${offerId}&to=${day}`)).body.items).toHaveLength(0);
    expect(
      (await report(`?offerId=${offerId}&from=${day}&to=${at(24).slice(0, 10)}`)).body.items,
    ).toHaveLength(1);
    expect((await report(`?from=${day}&to=${day}`)).status).toBe(400);
    expect((await report('?storeId=nowhere')).status).toBe(404);
    const reply = await shop.call('GET', '/v1/reports/offers', { as: await shop.shopperToken('shopper-1') });
    expect(reply.status).toBe(403);
  });

  it('comes as a table', async () => {
    const reply = await report('', { accept: 'text/csv' });
    expect(reply.headers.get('content-type')).toMatch(/text\/csv/);
    expect(String(reply.body)).toMatch(
      /^offerId,name,kind,issued,ghosts,received,opened,redeemed,converted,/,
    );
  });
});

describe('coupons that purchases name and no till has redeemed', () => {
  it('are listed with the reason, page by page, and redeem nothing', async () => {
    const offerId = await offer({ productIds: ['filters'] });
    const [ann, bob] = [await shopper(), await shopper()];
    const { couponCode } = await made(offerId, ann);
    const mine = await bought(ann, 6, { productId: 'filters', couponCode });
    const foreign = await bought(bob, 7, { productId: 'filters', couponCode });
    const unknown = await bought(bob, 8, { productId: 'filters', couponCode: 'NOSUCHCODE' });
    const list = async (query: string): Promise<Reply['body']> =>
      (await shop.call('GET', `/v1/reports/unredeemed-coupons${query}`, { as: analyst })).body;
    const first = await list('?limit=2');
    const items = first.items as { purchaseId: string; why: string }[];
    expect(items.map(({ purchaseId, why }) => [purchaseId, why])).toEqual([
      [unknown, 'unknown'],
      [foreign, 'other-shopper'],
    ]);
    const next = await list(`?limit=2&cursor=${first.nextCursor as string}`);
    expect((next.items as object[])[0]).toMatchObject({
      purchaseId: mine,
      couponCode,
      offerId,
      why: 'not-presented',
    });
    expect(await shop.database.query('SELECT FROM redemptions WHERE code = $1', [couponCode])).toEqual([]);
  });
});
