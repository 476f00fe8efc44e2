import { randomUUID } from 'node:crypto';
import { deliver, type MadeDelivery } from '../support/deliveries.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';

let shop: Shop;
let till: string;

const store = (name: string) => ({
  name,
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [],
  gateways: [],
  beacons: [],
});
const line = (productId: string, quantity = 1, amount = 1_000, currency = 'EUR') => ({
  productId,
  quantity,
  unitPrice: { amount, currency },
});
const checkout = (...basket: object[]) => ({
  purchaseId: randomUUID(),
  basket: basket.length > 0 ? basket : [line('filters')],
});
const redeem = (
  code: string,
  body: unknown = checkout(),
  key: string = randomUUID(),
  as = till,
): Promise<Reply> =>
  shop.call('POST', `/v1/coupons/${encodeURIComponent(code)}/redeem`, {
    as,
    body,
    headers: { 'idempotency-key': key },
  });
const reverse = (redemptionId: string, as = till, key = randomUUID()): Promise<Reply> =>
  shop.call('POST', `/v1/redemptions/${redemptionId}/reverse`, {
    as,
    body: { reason: 'returned' },
    headers: { 'idempotency-key': key },
  });
/** Redeems, and gives the redemption's id. */
const redeemed = async (code: string): Promise<string> => {
  const reply = await redeem(code);
  expect(reply.status).toBe(200);
  return String(reply.body.redemptionId);
};
const wallet = async (): Promise<string[]> => {
  const { body } = await shop.call('GET', '/v1/me/offers', { as: await shop.shopperToken('ada') });
  return (body.items as { deliveryId: string }[]).map(({ deliveryId }) => deliveryId);
};
const coupon = (more: Partial<Parameters<typeof deliver>[1]> = {}): Promise<MadeDelivery> =>
  deliver(shop, { shopperId: 'ada', ...more });

beforeAll(async () => {
  shop = await startShop({ ROLE: 'api' });
  const as = shop.serviceKey;
  for (const storeId of ['s1', 's2'])
    await shop.call('PUT', `/v1/stores/${storeId}`, { as, body: store(storeId) });
  await shop.call('PUT', '/v1/shoppers/ada', { as, body: {} });
  await shop.call('POST', '/v1/products', {
    as,
    body: [
      {
        productId: 'filters',
        name: 'Filters',
        brand: 'Own',
        ownBrand: true,
        category: 'coffee filters',
        price: { amount: 199, currency: 'EUR' },
      },
    ],
  });
  till = await shop.key('pos', 's1');
});
afterAll(() => shop.stop());

/** Check 15 of docs/security.md. */
describe('redeeming a coupon', () => {
  it('answers with the discount, and takes the offer out of the wallet', async () => {
    const made = await coupon({
      reward: { type: 'percentOff', value: 15, maxDiscount: { amount: 200, currency: 'EUR' } },
    });
    expect(await wallet()).toContain(made.deliveryId);
    const reply = await redeem(made.couponCode, checkout(line('filters', 2, 500)));
    expect(reply).toMatchObject({
      status: 200,
      body: {
        couponCode: made.couponCode,
        offerId: made.offerId,
        reward: { type: 'percentOff', value: 15 },
        discount: { amount: 150, currency: 'EUR' },
      },
    });
    expect(reply.body.redemptionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await wallet()).not.toContain(made.deliveryId);
  });

  it('reads a code as people type it', async () => {
    const { couponCode } = await coupon();
    const typed = `${couponCode.slice(0, 8).toLowerCase()}-${couponCode.slice(8).replace(/0/g, 'O')}`;
    expect(await redeem(typed)).toMatchObject({ status: 200, body: { couponCode } });
  });

  it('happens once, of 50 tills at once', async () => {
    const { couponCode } = await coupon();
    const replies = await Promise.all(Array.from({ length: 50 }, () => redeem(couponCode)));
    const statuses = replies.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array<number>(49).fill(409)]);
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('already-redeemed');
  });

  it('gives the same request the same answer, also where the memory of it was lost', async () => {
    const { couponCode } = await coupon();
    const body = checkout();
    const first = await redeem(couponCode, body, 'key-1');
    const again = await redeem(couponCode, body, 'key-1');
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    await shop.database.run('DELETE FROM idempotency_keys');
    expect(await redeem(couponCode, body, 'key-1')).toMatchObject({ status: 200, body: first.body });
    await shop.database.run('DELETE FROM idempotency_keys');
    expect(await redeem(couponCode, checkout(), 'key-1')).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('needs an idempotency key', async () => {
    const { couponCode } = await coupon();
    const path = `/v1/coupons/${couponCode}/redeem`;
    expect(await shop.call('POST', path, { as: till, body: checkout() })).toMatchObject({
      status: 400,
      body: { code: 'idempotency-key-required' },
    });
  });

  it('treats a coupon of another store like one that does not exist', async () => {
    const { couponCode } = await coupon({ storeId: 's2' });
    const foreign = await redeem(couponCode);
    const missing = await redeem('0000000000000000');
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, instance: '' }).toEqual({ ...missing.body, instance: '' });
  });

  it('refuses what has expired or was withdrawn', async () => {
    const expired = await coupon({ expiresInMs: -1 });
    expect(await redeem(expired.couponCode)).toMatchObject({ status: 410, body: { code: 'expired' } });
    const withdrawn = await coupon();
    await shop.database.run('UPDATE coupons SET withdrawn_at = now() WHERE code = $1', [
      withdrawn.couponCode,
    ]);
    expect(await redeem(withdrawn.couponCode)).toMatchObject({ status: 410, body: { code: 'expired' } });
  });

  it('looks up categories, and refuses a basket without any', async () => {
    const qualifies = { productIds: [], categories: ['coffee filters'] };
    const { couponCode } = await coupon({ qualifies });
    expect(await redeem(couponCode, checkout(line('milk')))).toMatchObject({
      status: 422,
      body: { code: 'basket-does-not-qualify' },
    });
    expect(await redeem(couponCode, checkout(line('milk'), line('filters', 1, 200)))).toMatchObject({
      status: 200,
      body: { discount: { amount: 20, currency: 'EUR' } },
    });
  });

  it.each<[string, object, string]>([
    ['mixed currencies', checkout(line('a'), line('b', 1, 5, 'CHF')), 'mixed-currencies'],
    ['nothing', { purchaseId: 'p', basket: [] }, 'out-of-range'],
    ['no quantity', checkout(line('a', 0)), 'out-of-range'],
    ['a negative price', checkout(line('a', 1, -1)), 'out-of-range'],
    ['more than can be counted', checkout(line('a', 1_000_000, 1_000_000_000_000)), 'out-of-range'],
  ])('refuses a basket of %s', async (_, body, code) => {
    const { couponCode } = await coupon();
    const reply = await redeem(couponCode, body);
    expect(reply.status).toBe(400);
    expect((reply.body.errors as { code: string }[]).map((each) => each.code)).toContain(code);
  });

  it('is for tills only', async () => {
    const { couponCode } = await coupon();
    for (const as of [shop.serviceKey, await shop.shopperToken('ada')]) {
      expect((await redeem(couponCode, checkout(), randomUUID(), as)).status).toBe(403);
    }
  });
});

describe('reversing a redemption', () => {
  it('makes the coupon good again, for one more redemption', async () => {
    const { couponCode, deliveryId } = await coupon();
    const redemptionId = await redeemed(couponCode);
    const reversed = await reverse(redemptionId);
    expect(reversed).toMatchObject({ status: 200, body: { redemptionId, couponCode } });
    expect(await wallet()).toContain(deliveryId);
    expect((await redeem(couponCode)).status).toBe(200);
    expect((await redeem(couponCode)).status).toBe(409);
    expect((await reverse(redemptionId)).body).toEqual(reversed.body);
    expect(await wallet()).not.toContain(deliveryId);
  });

  it('does not bring an expired coupon back', async () => {
    const { couponCode, deliveryId } = await coupon();
    const redemptionId = await redeemed(couponCode);
    await shop.database.run("UPDATE coupons SET expires_at = now() - interval '1 s' WHERE code = $1", [
      couponCode,
    ]);
    await shop.database.run(
      "UPDATE deliveries SET expires_at = now() - interval '1 s' WHERE delivery_id = $1",
      [deliveryId],
    );
    expect((await reverse(redemptionId)).status).toBe(200);
    expect((await redeem(couponCode)).status).toBe(410);
    expect(await wallet()).not.toContain(deliveryId);
  });

  it('is for the store that redeemed', async () => {
    const { couponCode } = await coupon();
    const redemptionId = await redeemed(couponCode);
    const foreign = await reverse(redemptionId, await shop.key('pos', 's2'));
    const missing = await reverse(randomUUID());
    expect(foreign.status).toBe(404);
    expect(foreign.body.detail).toBe(missing.body.detail);
    expect((await reverse('no-id')).status).toBe(404);
  });
});
