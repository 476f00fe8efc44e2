import { randomUUID } from 'node:crypto';
import { deliver, type MadeDelivery } from '../support/deliveries.js';
import { CouponSweep } from '../../src/coupons/coupon-sweep.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

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
  // A worker too: returns come through the outbox.
  shop = await startShop();
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

  it('happens once, of 100 tills at once', async () => {
    const { couponCode } = await coupon();
    const replies = await Promise.all(Array.from({ length: 100 }, () => redeem(couponCode)));
    const statuses = replies.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array<number>(99).fill(409)]);
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

  it('says that a code is mistyped, and nothing else that it would not say of one that is unknown', async () => {
    const { couponCode } = await coupon();
    const wrong = couponCode.slice(0, -1) + (couponCode.endsWith('7') ? '8' : '7');
    const reply = await redeem(wrong);
    expect(reply).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(reply.body.detail).toMatch(/a character is wrong/);
    expect((await redeem(couponCode)).status).toBe(200);
  });

  it('happens once though replies are lost: the same request, sent again by several connections, is one', async () => {
    const { couponCode } = await coupon();
    const body = checkout();
    // The till hangs up at once and asks again and again: each time it may have been redeemed already.
    const hangUps = Array.from({ length: 10 }, () => {
      const abort = new AbortController();
      const sent = fetch(`${shop.url}/v1/coupons/${couponCode}/redeem`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${till}`,
          'content-type': 'application/json',
          'idempotency-key': 'lost',
        },
        body: JSON.stringify(body),
        signal: abort.signal,
      }).catch(() => undefined);
      setTimeout(() => abort.abort(), 5);
      return sent;
    });
    await Promise.all(hangUps);
    const settled = await until(
      () => redeem(couponCode, body, 'lost'),
      ({ status }) => status === 200,
    );
    const rows = await shop.database.query('SELECT FROM redemptions WHERE code = $1', [couponCode]);
    expect(rows).toHaveLength(1);
    expect((await redeem(couponCode, body, 'lost')).body).toEqual(settled.body);
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

describe('holding a coupon', () => {
  const hold = (code: string, body: object, as = till): Promise<Reply> =>
    shop.call('POST', `/v1/coupons/${code}/hold`, { as, body });

  it('keeps it for one checkout, which may hold it longer, redeem it, or let it go', async () => {
    const { couponCode } = await coupon();
    const mine = checkout(line('filters', 2, 500));
    const held = await hold(couponCode, { purchaseId: mine.purchaseId, minutes: 1, basket: mine.basket });
    expect(held).toMatchObject({
      status: 200,
      body: { couponCode, purchaseId: mine.purchaseId, discount: { amount: 100, currency: 'EUR' } },
    });
    expect(await redeem(couponCode)).toMatchObject({ status: 409, body: { code: 'coupon-held' } });
    expect(await hold(couponCode, { purchaseId: 'other' })).toMatchObject({
      status: 409,
      body: { code: 'coupon-held' },
    });
    const longer = await hold(couponCode, { purchaseId: mine.purchaseId, minutes: 20 });
    expect(Date.parse(longer.body.heldUntil as string)).toBeGreaterThan(
      Date.parse(held.body.heldUntil as string),
    );
    const release = (purchaseId: string): Promise<Reply> =>
      shop.call('DELETE', `/v1/coupons/${couponCode}/hold/${purchaseId}`, { as: till });
    expect((await release('other')).status).toBe(404);
    expect((await release(mine.purchaseId)).status).toBe(204);
    expect((await hold(couponCode, { purchaseId: 'other' })).status).toBe(200);
    expect((await redeem(couponCode, { ...checkout(), purchaseId: 'other' })).status).toBe(200);
    const rows = await shop.database.query('SELECT FROM coupon_holds WHERE code = $1', [couponCode]);
    expect(rows).toHaveLength(0);
  });

  it('goes by itself, and never outlives the coupon', async () => {
    const { couponCode } = await coupon({ expiresInMs: 90_000 });
    const { body } = await hold(couponCode, { purchaseId: 'gone', minutes: 60 });
    const [{ expires_at: expiresAt }] = (await shop.database.query<{ expires_at: number }>(
      'SELECT expires_at FROM coupons WHERE code = $1',
      [couponCode],
    )) as [{ expires_at: number }];
    expect(Date.parse(body.heldUntil as string)).toBe(expiresAt);
    await shop.database.run('UPDATE coupon_holds SET held_until = now() WHERE code = $1', [couponCode]);
    expect((await redeem(couponCode)).status).toBe(200);
  });

  it('is had by one, of many checkouts at once', async () => {
    const { couponCode } = await coupon();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => hold(couponCode, { purchaseId: `p${n}` })),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is refused for what could not be redeemed either', async () => {
    const expired = await coupon({ expiresInMs: -1 });
    expect((await hold(expired.couponCode, { purchaseId: 'p' })).status).toBe(410);
    const { couponCode } = await coupon({ storeId: 's2' });
    expect((await hold(couponCode, { purchaseId: 'p' })).status).toBe(404);
    const named = await coupon({ qualifies: { productIds: ['filters'], categories: [] } });
    expect(await hold(named.couponCode, { purchaseId: 'p', basket: [line('milk')] })).toMatchObject({
      status: 422,
    });
    expect((await hold(named.couponCode, { purchaseId: 'p', minutes: 61 })).status).toBe(400);
  });
});

describe('what a coupon holds of a budget', () => {
  /** A coupon that holds 200 of a budget. */
  async function reserved(more: Parameters<typeof coupon>[0] = {}): Promise<MadeDelivery> {
    const made = await coupon({
      reward: { type: 'percentOff', value: 10, maxDiscount: { amount: 200, currency: 'EUR' } },
      ...more,
    });
    const key = `${made.offerId}:budget:campaign`;
    await shop.database.run(
      `INSERT INTO offer_counters (key, offer_id, ceiling, whole, used) VALUES ($1, $2, 1000, 1000, 200)`,
      [key, made.offerId],
    );
    await shop.database.run(
      `INSERT INTO reservations (decision_id, key, share, kind, amount)
       SELECT decision_id, $2, 0, 'money', 200 FROM coupons WHERE code = $1`,
      [made.couponCode, key],
    );
    return made;
  }
  const held = async ({ offerId }: MadeDelivery): Promise<number | undefined> => {
    const [row] = await shop.database.query<{ used: number }>(
      'SELECT used FROM offer_counters WHERE offer_id = $1',
      [offerId],
    );
    return row?.used;
  };
  const over = async ({ couponCode }: MadeDelivery): Promise<void> => {
    await shop.database.run("UPDATE coupons SET expires_at = now() - interval '1 hour' WHERE code = $1", [
      couponCode,
    ]);
    await shop.get(CouponSweep).sweep();
  };

  it('is given back when the coupon expires or is withdrawn, once', async () => {
    const expired = await reserved();
    await shop.get(CouponSweep).sweep();
    expect(await held(expired)).toBe(200);
    await over(expired);
    await over(expired);
    expect(await held(expired)).toBe(0);
    const withdrawn = await reserved();
    await shop.database.run('UPDATE coupons SET withdrawn_at = now() WHERE code = $1', [
      withdrawn.couponCode,
    ]);
    await shop.get(CouponSweep).sweep();
    expect(await held(withdrawn)).toBe(0);
  });

  it('is what the redemption cost, once the coupon is over, and nothing after a return', async () => {
    const made = await reserved();
    const reply = await redeem(made.couponCode, checkout(line('filters', 1, 500)));
    expect(reply.body.discount).toEqual({ amount: 50, currency: 'EUR' });
    expect(await held(made)).toBe(200);
    await over(made);
    expect(await held(made)).toBe(50);
    await reverse(String(reply.body.redemptionId));
    expect(await held(made)).toBe(0);
  });

  it('is needed for a redemption: where it was given back the coupon is no longer good', async () => {
    const made = await reserved();
    await shop.database.run(
      `UPDATE reservations SET closed = true WHERE decision_id = (SELECT decision_id FROM coupons WHERE code = $1)`,
      [made.couponCode],
    );
    expect((await redeem(made.couponCode)).status).toBe(410);
    expect(await shop.database.query('SELECT FROM redemptions WHERE code = $1', [made.couponCode])).toEqual(
      [],
    );
  });
});

describe('goods bought with a coupon that come back', () => {
  const bought = (purchaseId: string, quantity: number, couponCode: string, shopperId = 'ada') =>
    shop.call('POST', '/v1/purchases', {
      as: till,
      body: [
        {
          purchaseId,
          shopperId,
          storeId: 's1',
          channel: 'store',
          purchasedAt: new Date().toISOString(),
          lines: [{ productId: 'filters', quantity, couponCode }],
        },
      ],
    });
  const reversedAs = async (code: string): Promise<string | null | undefined> => {
    const [row] = await shop.database.query<{ reversal_reason: string | null }>(
      'SELECT reversal_reason FROM redemptions WHERE code = $1',
      [code],
    );
    return row?.reversal_reason;
  };

  it('take the redemption with them when nothing is left, and make the coupon good again', async () => {
    const { couponCode } = await coupon();
    await redeemed(couponCode);
    const [sold, part, rest] = [randomUUID(), randomUUID(), randomUUID()];
    await bought(sold, 2, couponCode);
    await bought(part, -1, couponCode);
    const outboxIsEmpty = async (): Promise<boolean> =>
      (await shop.database.query("SELECT FROM outbox WHERE event = 'purchase.recorded'")).length === 0;
    await until(outboxIsEmpty, (empty) => empty);
    expect(await reversedAs(couponCode)).toBeNull();
    await bought(rest, -1, couponCode);
    await until(
      () => reversedAs(couponCode),
      (reason) => reason === `returned: ${rest}`,
    );
    expect((await redeem(couponCode)).status).toBe(200);
  });

  it('leave a redemption alone that is another shopper’s', async () => {
    await shop.call('PUT', '/v1/shoppers/bob', { as: shop.serviceKey, body: {} });
    const { couponCode } = await coupon();
    await redeemed(couponCode);
    await bought(randomUUID(), -1, couponCode, 'bob');
    await until(
      () => shop.database.query("SELECT FROM outbox WHERE event = 'purchase.recorded'"),
      (rows) => rows.length === 0,
    );
    expect(await reversedAs(couponCode)).toBeNull();
  });
});
