import { Clock, timestamp } from '../../src/platform/index.js';
import { DAY_MS, type ShopperId } from '../../src/shared/index.js';
import { ShopperViews } from '../../src/insights/index.js';
import { Loyalty } from '../../src/shoppers/loyalty/loyalty.service.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const programme = {
  currency: 'EUR',
  tiers: [
    { name: 'bronze', threshold: 0 },
    { name: 'silver', threshold: 100, entitlements: ['free-coffee'], multiplier: 2 },
    { name: 'gold', threshold: 500, entitlements: ['free-coffee', 'lounge'] },
  ],
  period: { kind: 'rolling', days: 365 },
  earning: [{ pointsPerUnit: 1 }, { pointsPerUnit: 2, categories: ['milk'], daysOfWeek: [] }],
};
const path = '/v1/loyalty/programme';

interface Shown {
  tier: string;
  points: number;
  moves?: object[];
}

describe('the loyalty programme', () => {
  let shop: Shop;
  let etag = '';
  const ask = (
    method: string,
    where: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> => shop.call(method, where, { as: shop.serviceKey, body, headers });
  const buy = (shopperId: string, purchaseId: string, quantity: number, amount: number, daysAgo = 1) =>
    ask('POST', '/v1/purchases', [
      {
        purchaseId,
        shopperId,
        channel: 'online',
        purchasedAt: new Date(Date.now() - daysAgo * DAY_MS).toISOString(),
        lines: [{ productId: 'milk', quantity, unitPrice: { amount, currency: 'EUR' } }],
      },
    ]);
  const loyaltyOf = async (id: string): Promise<Shown | null> =>
    (await ask('GET', `/v1/shoppers/${id}`)).body.loyalty as Shown | null;
  const points = (id: string, wanted: number): Promise<Shown | null> =>
    until(
      () => loyaltyOf(id),
      (loyalty) => loyalty?.points === wanted,
    );
  const put = async (body: object): Promise<Reply> => {
    const reply = await ask('PUT', path, body, etag === '' ? {} : { 'if-match': etag });
    if (reply.status < 300) etag = reply.headers.get('etag') ?? '';
    return reply;
  };

  beforeAll(async () => {
    shop = await startShop();
    await ask('POST', '/v1/products', [
      {
        productId: 'milk',
        name: 'Milk',
        brand: 'Dairy',
        ownBrand: false,
        category: 'milk',
        price: { amount: 100, currency: 'EUR' },
      },
    ]);
    for (const id of ['ada', 'bob', 'cid', 'dot', 'eve', 'fay']) await ask('PUT', `/v1/shoppers/${id}`, {});
  });
  afterAll(() => shop.stop());

  it('is one document, checked, with an ETag', async () => {
    expect((await ask('GET', path)).status).toBe(404);
    const faulty = {
      ...programme,
      tiers: [
        { name: 'a', threshold: 5 },
        { name: 'a', threshold: 5 },
        { name: 'b', threshold: 9 },
      ],
    };
    expect(((await put(faulty)).body.errors as { path: string }[]).map((fault) => fault.path).sort()).toEqual(
      ['tiers[0].threshold', 'tiers[1].name', 'tiers[1].threshold'],
    );
    expect((await put({ ...programme, tiers: programme.tiers.slice(1) })).status).toBe(400);
    expect((await put(programme)).status).toBe(201);
    expect((await ask('PUT', path, programme)).status).toBe(428);
    expect((await ask('PUT', path, programme, { 'if-match': '"99"' })).status).toBe(412);
    const { body, headers } = await ask('GET', path);
    expect(headers.get('etag')).toBe(etag);
    expect((await put(body as object)).status).toBe(200);
    const analyst = await shop.staff('analyst');
    expect((await shop.call('PUT', path, { as: analyst.token, body: programme })).status).toBe(403);
  });

  it('credits each purchase once, moves up at once and takes back what is returned', async () => {
    await buy('ada', 'a1', 10, 100);
    expect(await points('ada', 30)).toMatchObject({
      tier: 'bronze',
      nextTier: 'silver',
      pointsToNextTier: 70,
    });
    await buy('ada', 'a1', 10, 100);
    await buy('ada', 'a2', 30, 100);
    const silver = await points('ada', 120);
    expect(silver).toMatchObject({ tier: 'silver', pointsToNextTier: 380, entitlements: ['free-coffee'] });
    expect(silver?.moves).toMatchObject([
      { fromTier: 'bronze', toTier: 'silver', reason: 'threshold-reached' },
      { fromTier: null, toTier: 'bronze', reason: 'joined' },
    ]);
    // Twice as many in silver.
    await buy('ada', 'a3', 10, 100);
    await points('ada', 180);
    await buy('ada', 'a4', -20, 100);
    const after = await points('ada', 60);
    expect(after).toMatchObject({ tier: 'silver', tierAtRisk: true });
  });

  it('is seen by rules with the consent to profiling only', async () => {
    const views = shop.get(ShopperViews);
    const view = async () => (await views.load(['ada' as ShopperId])).get('ada' as ShopperId);
    expect((await view())?.loyalty).toBeUndefined();
    await ask('PUT', '/v1/shoppers/ada/consents/profiling', {
      granted: true,
      policyVersion: '1',
      source: 'test',
    });
    expect((await view())?.loyalty).toMatchObject({ tier: 'silver', points: 60, pointsToNextTier: 440 });
  });

  it('moves down when the period is over, by the sweep', async () => {
    await buy('bob', 'b1', 40, 100);
    await points('bob', 120);
    const past = timestamp(shop.get(Clock).now() - 400 * DAY_MS);
    await shop.database.run('UPDATE loyalty_points SET earned_at = $1 WHERE shopper_id = $2', [past, 'bob']);
    await shop.database.run('UPDATE loyalty_members SET ends_at = $1, review_at = $1 WHERE shopper_id = $2', [
      timestamp(shop.get(Clock).now() - 1_000),
      'bob',
    ]);
    await shop.get(Loyalty).sweep();
    expect(await loyaltyOf('bob')).toMatchObject({
      tier: 'bronze',
      points: 0,
      moves: [{ fromTier: 'silver', toTier: 'bronze', reason: 'period-ended' }, { reason: 'joined' }],
    });
  });

  it('adds up when two become one', async () => {
    await Promise.all([buy('cid', 'c1', 20, 100), buy('dot', 'd1', 20, 100)]);
    await Promise.all([points('cid', 60), points('dot', 60)]);
    await ask('POST', '/v1/shoppers/dot/merge', { from: 'cid' });
    expect(await points('dot', 120)).toMatchObject({ tier: 'silver' });
  });

  it('credits once, however many work at the same time', async () => {
    await buy('eve', 'e1', 10, 100);
    await Promise.all(Array.from({ length: 10 }, () => shop.get(Loyalty).settle('eve' as ShopperId)));
    expect(await loyaltyOf('eve')).toMatchObject({ points: 30, moves: [{ reason: 'joined' }] });
    expect(
      await shop.database.query('SELECT FROM loyalty_points WHERE shopper_id = $1', ['eve']),
    ).toHaveLength(1);
  });

  it('leaves points to the retailer where the programme says so', async () => {
    expect((await put({ ...programme, pointsFrom: 'retailer' })).status).toBe(200);
    await ask('PUT', '/v1/shoppers/fay', { loyalty: { tier: 'platinum', points: 7 } });
    await buy('fay', 'f1', 10, 100);
    expect(await loyaltyOf('fay')).toEqual({ tier: 'platinum', points: 7 });
    expect(await loyaltyOf('ada')).toBeNull();
  });
});
