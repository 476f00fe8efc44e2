import { randomUUID } from 'node:crypto';
import type { LiftAnswer } from '../../src/measurement/lift/lift.dto.js';
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

describe('the funnel report', () => {
  it('counts visits by how far they came, and decisions by why they came to nothing', async () => {
    const offerId = await offer({ categories: ['coffee filters'] });
    const visitors = await Promise.all(Array.from({ length: 5 }, () => shopper()));
    const deliveries: MadeDelivery[] = [];
    for (const shopperId of visitors.slice(0, 3)) deliveries.push(await made(offerId, shopperId));
    const run = (sql: string, values: unknown[]) => shop.database.run(sql, values);
    const considered = JSON.stringify([{ offerId }]);
    await run('UPDATE decisions SET considered = $1 WHERE offer_id = $2', [considered, offerId]);
    await run(
      `INSERT INTO visits SELECT visit_id, shopper_id, store_id, at, NULL, 'sighting' FROM decisions WHERE offer_id = $1`,
      [offerId],
    );
    await run(
      `WITH silent AS (INSERT INTO visits VALUES (gen_random_uuid(), $1, 's1', $2, NULL, 'sighting') RETURNING visit_id)
       INSERT INTO decisions (decision_id, change_id, shopper_id, store_id, visit_id, on_trigger, at, outcome, reason,
                              considered, latency)
       SELECT gen_random_uuid(), gen_random_uuid(), $1, 's1', visit_id, 'zoneEntered', $2, 'silence', 'offer-cap', $3, '{}'
       FROM silent`,
      [visitors[3], at(0), considered],
    );
    await run(`INSERT INTO visits VALUES (gen_random_uuid(), $1, 's1', $2, NULL, 'sighting')`, [
      visitors[4],
      at(0),
    ]);
    for (const [place, type] of ['opened', 'received'].entries()) {
      await shop.call('POST', `/v1/me/offers/${deliveries[place]!.deliveryId}/events`, {
        as: await shop.shopperToken(visitors[place]!),
        body: { type },
      });
    }
    await bought(visitors[0]!, 1, { productId: 'filters' });
    await bought(visitors[2]!, 1, { productId: 'filters' });
    const query = `?offerId=${offerId}&storeId=s1`;
    const { body } = await shop.call('GET', `/v1/reports/funnel${query}`, { as: analyst });
    const steps = body.steps as { step: string; visits: number }[];
    expect(steps.map(({ step, visits }) => [step, visits])).toEqual([
      ['visits', 5],
      ['moment', 4],
      ['offered', 3],
      ['received', 2],
      ['opened', 1],
      ['bought', 1],
    ]);
    expect(body).toMatchObject({
      boughtUnopened: 1,
      decisions: 4,
      silences: [{ reason: 'offer-cap', decisions: 1, share: 0.25 }],
    });
    const table = await shop.call('GET', `/v1/reports/funnel${query}`, {
      as: analyst,
      headers: { accept: 'text/csv' },
    });
    expect(String(table.body)).toMatch(/^step,visits,ofFirst,ofPrevious\r\nvisits,5,1,/);
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

describe('the lift report', () => {
  const EARLIER = 'now() - interval';
  let offerId: string;

  /**
   * 40 days ago the offer was made to 300 shoppers and withheld from 100 by its own holdout of a quarter; another 40 were
   * held out of all offers, of which a tenth was to be. Each filter earns 150. All 300 bought one within the window, and
   * 100 of them had a coupon of 40 off that no purchase tells of; of the 100 every second one bought one. What they bought
   * a day before the moment, or after the window, is none of it.
   */
  beforeAll(async () => {
    offerId = await offer({ categories: ['coffee filters'] }, { holdoutShare: 0.25 });
    const run = (sql: string, values: unknown[] = []) => shop.database.run(sql, values);
    const people = (to: number) => `generate_series(0, ${to - 1}) AS n`;
    await run(
      `INSERT INTO consents SELECT 'lift-' || n, 'profiling', true, '1', 'test', now() FROM ${people(450)}`,
    );
    await run(
      `INSERT INTO decisions (decision_id, change_id, shopper_id, store_id, visit_id, on_trigger, at, outcome, offer_id,
                              revision, considered, latency, held_out_of, universal_share)
       SELECT gen_random_uuid(), gen_random_uuid(), 'lift-' || n, 's1', gen_random_uuid(), 'visitStarted',
         ${EARLIER} '40 days', CASE WHEN n < 300 THEN 'offer' ELSE 'ghost' END, $1, 1, '[]', '{}',
         CASE WHEN n < 300 THEN NULL WHEN n < 400 THEN 'offer' ELSE 'all' END, 0.1
       FROM ${people(440)}`,
      [offerId],
    );
    // Who came in yesterday waits; whoever came in twice belongs where they began; who is not profiled is in no arm.
    await run(
      `INSERT INTO decisions (decision_id, change_id, shopper_id, store_id, visit_id, on_trigger, at, outcome, offer_id,
                              revision, considered, latency, held_out_of, universal_share)
       SELECT gen_random_uuid(), gen_random_uuid(), who, 's1', gen_random_uuid(), 'visitStarted',
         ${EARLIER} '1 day', 'offer', $1, 1, '[]', '{}', NULL, 0.1
       FROM unnest(ARRAY['lift-445', 'lift-300', 'lift-stranger']) AS who`,
      [offerId],
    );
    const bought = (name: string, days: number, whom: string) =>
      run(
        `WITH bought AS (
           INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
           SELECT '${name}-' || n, 'lift-' || n, 's1', 'store', ${EARLIER} '${days} days', '' FROM ${people(440)}
           WHERE ${whom} RETURNING purchase_id)
         INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, currency)
         SELECT purchase_id, 1, 'filters', 1, 200, 'EUR' FROM bought`,
      );
    await bought('within', 30, 'n < 300 OR n % 2 = 0');
    await bought('before', 41, 'n % 3 = 0');
    await bought('after', 5, 'n % 5 = 0');
    await run(
      `INSERT INTO coupons (code, offer_id, revision, decision_id, delivery_id, shopper_id, store_id, reward, qualifies,
                            issued_at, expires_at)
       SELECT 'LIFT' || n, $1, 1, gen_random_uuid(), gen_random_uuid(), 'lift-' || n, 's1', '{}', '{}', now(), now()
       FROM ${people(100)}`,
      [offerId],
    );
    await run(
      `INSERT INTO redemptions (redemption_id, code, purchase_id, store_id, redeemed_by, idempotency_key, discount, currency,
                                basket, redeemed_at)
       SELECT gen_random_uuid(), 'LIFT' || n, 'within-' || n, 's1', 'till', '', 40, 'EUR', '[]', ${EARLIER} '30 days'
       FROM ${people(100)}`,
    );
  });
  const lift = async (query = ''): Promise<LiftAnswer> => {
    const reply = await shop.call('GET', `/v1/reports/lift${query}`, { as: analyst });
    const body: unknown = reply.body;
    return body as LiftAnswer;
  };
  const only = async (query: string): Promise<LiftAnswer['items'][number]> => {
    const { items } = await lift(query);
    expect(items).toHaveLength(1);
    return items[0]!;
  };

  it('compares those whom an offer was made to with those it was withheld from', async () => {
    const item = await only(`?offerId=${offerId}`);
    expect(item).toMatchObject({
      offerId,
      treatedShoppers: 300,
      controlShoppers: 100,
      waiting: 1,
      crossed: 1,
      verdict: 'earns',
      sampleRatio: { withheld: 100, broken: false },
    });
    expect(item.sampleRatio.expected).toBeCloseTo(100.25, 6);
    const estimateOf = (metric: string) => item.estimates.find((each) => each.metric === metric);
    const { treatedMean, controlMean, difference, low, earned } = estimateOf('margin')!;
    // 150, and a third of the treated 40 less; half of the control nothing. What they bought before explains next to nothing.
    expect(treatedMean - controlMean).toBeCloseTo(difference, 6);
    expect(Math.abs(difference - (150 - 40 / 3 - 75))).toBeLessThan(3);
    expect(low).toBeGreaterThan(0);
    expect(earned?.amount).toBeCloseTo(300 * difference, 6);
    expect(estimateOf('buyers')).toMatchObject({ treatedMean: 1, controlMean: 0.5, difference: 0.5 });
    expect(item.sentence).toMatch(/^Earned 1\d\d\.\d\d EUR more than its holdout \(95 %: /);
  });

  it('measures all offers together by those who are held out of all of them', async () => {
    const { overall } = await lift();
    // Offers of the other tests have shoppers here too, who are treated.
    expect(overall).toMatchObject({ controlShoppers: 40, sampleRatio: { withheld: 40, broken: false } });
    expect(overall?.treatedShoppers).toBeGreaterThanOrEqual(400);
  });

  it('says that a holdout is broken, and nothing else, when more were withheld than should have been', async () => {
    await shop.database.run("UPDATE decisions SET universal_share = 0.01 WHERE shopper_id LIKE 'lift-%'");
    const { overall } = await lift();
    expect(overall?.verdict).toBe('broken');
    expect(overall?.sentence).toMatch(/^The holdout is broken: withheld from 40 shoppers, where about 4 /);
  });

  it('waits for windows that are not over, and comes as a table', async () => {
    const { items, overall } = await lift(`?offerId=${offerId}&windowDays=60`);
    expect(overall).toBeNull();
    expect(items[0]).toMatchObject({
      treatedShoppers: 0,
      waiting: 401,
      estimates: [],
      verdict: 'notYetKnown',
    });
    expect(items[0]?.sentence).toMatch(/^Too early to say/);
    const reply = await shop.call('GET', '/v1/reports/lift', {
      as: analyst,
      headers: { accept: 'text/csv' },
    });
    expect(String(reply.body)).toMatch(/^offerId,name,kind,verdict,treatedShoppers,/);
    expect((await shop.call('GET', '/v1/reports/lift?windowDays=0', { as: analyst })).status).toBe(400);
  });
});
