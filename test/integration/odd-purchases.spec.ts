import type { CustomerView } from '../../src/views/customer-view.dto.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const layout = {
  name: 'Corner Market',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  zones: [],
  gateways: [],
  beacons: [],
};
const milk = { productId: 'milk', name: 'Milk', brand: 'Dairy', ownBrand: false, category: 'milk' };

interface Habits {
  items: { category?: string; purchases: number }[];
}
const consent = { granted: true, policyVersion: '1', source: 'test' };

describe('odd purchases', () => {
  let shop: Shop;
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    (await shop.call(method, path, { as: shop.serviceKey, body })).body as T;
  const buy = (...purchases: object[]) => ask('POST', '/v1/purchases', purchases);
  const view = (id: string): Promise<CustomerView> => ask('GET', `/v1/shoppers/${id}`);
  const of = (
    shopperId: string,
    purchaseId: string,
    lines: object[],
    purchasedAt = '2026-05-01T10:00:00Z',
  ) => ({
    purchaseId,
    shopperId,
    storeId: 'corner',
    channel: 'store',
    purchasedAt,
    lines,
  });

  beforeAll(async () => {
    shop = await startShop();
    await ask('PUT', '/v1/stores/corner', layout);
    await ask('POST', '/v1/products', [{ ...milk, price: eur(100) }]);
    for (const id of ['ada', 'bob', 'cid', 'dot', 'eve']) {
      await ask('PUT', `/v1/shoppers/${id}`, {});
      await ask('PUT', `/v1/shoppers/${id}/consents/profiling`, consent);
    }
  });
  afterAll(() => shop.stop());

  it('keeps a return, and counts it against what was bought', async () => {
    const line = { productId: 'milk', quantity: 3, unitPrice: eur(100), discount: eur(30) };
    const back = { productId: 'milk', quantity: -1, unitPrice: eur(100), discount: eur(10) };
    const answer = await buy(of('ada', 'a1', [line]), of('ada', 'a2', [back], '2026-05-03T10:00:00Z'));
    expect(answer).toEqual({ accepted: 2, rejected: [] });
    const { value, favourites, recent } = await view('ada');
    expect(value).toMatchObject({ frequency: 1, monetary: eur(180) });
    expect(favourites.products).toMatchObject([
      { productId: 'milk', purchases: 1, units: 2, lastPurchasedAt: '2026-05-01T10:00:00.000Z' },
    ]);
    expect(recent.purchases).toMatchObject([
      { purchaseId: 'a2', lines: [{ quantity: -1 }], total: eur(-90) },
      { purchaseId: 'a1', total: eur(270) },
    ]);
  });

  it('names by place what no shop sells', async () => {
    const line = { productId: 'milk', quantity: 1, unitPrice: eur(100) };
    const answer = await buy(
      of('ada', 'x1', [line, { ...line, quantity: 0 }]),
      of('ada', 'x2', [{ ...line, quantity: 1e9 }]),
      of('ada', 'x3', [{ ...line, discount: eur(101) }]),
      of('ada', 'x4', [line], '1970-01-01T00:00:00Z'),
      of('ada', 'x5', [line], new Date(Date.now() + 60_000).toISOString()),
      of('ada', 'x6', [line], '2023-02-29T10:00:00Z'),
      of('ada', 'x7', [line], '2024-02-29T10:00:00Z'),
    );
    expect(answer).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 0, code: 'out-of-range', detail: expect.stringContaining('lines[1].quantity') },
        { index: 1, code: 'out-of-range', detail: expect.stringContaining('lines[0].quantity') },
        { index: 2, code: 'discount-above-price', detail: expect.stringContaining('lines[0].discount') },
        { index: 3, code: 'too-long-ago', detail: expect.stringContaining('purchasedAt') },
        { index: 4, code: 'in-the-future', detail: expect.stringContaining('purchasedAt') },
        { index: 5, code: 'invalid-format', detail: expect.stringContaining('purchasedAt') },
      ],
    });
  });

  it('keeps what the catalogue does not know, marked until it comes', async () => {
    await buy(of('bob', 'b1', [{ productId: 'kefir', quantity: 1, unitPrice: eur(90) }]));
    await ask('POST', '/v1/interactions', [
      {
        interactionId: 'i1',
        shopperId: 'bob',
        type: 'viewed',
        productId: 'kefir',
        at: '2026-05-01T09:00:00Z',
        channel: 'app',
      },
    ]);
    const before = await view('bob');
    expect(before.recent.purchases[0]?.lines).toMatchObject([
      { productId: 'kefir', name: null, unknown: true },
    ]);
    expect(before.recent.interactions).toMatchObject([{ productId: 'kefir', unknown: true }]);
    expect(before.favourites.categories).toEqual([]);
    await ask('POST', '/v1/products', [
      {
        productId: 'kefir',
        name: 'Kefir',
        brand: 'Dairy',
        ownBrand: false,
        category: 'kefir',
        price: eur(90),
      },
    ]);
    const after = await view('bob');
    expect(after.recent.purchases[0]?.lines).toMatchObject([{ name: 'Kefir', unknown: false }]);
    expect(after.recent.interactions).toMatchObject([{ unknown: false }]);
    expect(after.favourites.categories).toMatchObject([{ category: 'kefir' }]);
    await until(
      () => ask<Habits>('GET', '/v1/shoppers/bob/replenishment'),
      ({ items }) => items.some(({ category }) => category === 'kefir'),
    );
  });

  it('keeps two currencies apart in one purchase', async () => {
    const chf = { productId: 'milk', quantity: 1, unitPrice: { amount: 120, currency: 'CHF' } };
    const line = { productId: 'milk', quantity: 1, unitPrice: eur(100) };
    expect(await buy(of('cid', 'c1', [line, line, chf]))).toEqual({ accepted: 1, rejected: [] });
    const { value, recent } = await view('cid');
    expect(recent.purchases).toMatchObject([{ total: null }]);
    expect(value.monetary).toEqual(eur(200));
  });

  it('takes a thousand purchases on one day as one shopping day', async () => {
    const line = { productId: 'milk', quantity: 1, unitPrice: eur(1) };
    const answer = await buy(...Array.from({ length: 1_000 }, (_, n) => of('dot', `d${n}`, [line])));
    expect(answer).toEqual({ accepted: 1_000, rejected: [] });
    expect((await view('dot')).value).toMatchObject({ frequency: 1_000, interPurchaseDays: null });
    await until(
      () => ask<Habits>('GET', '/v1/shoppers/dot/replenishment'),
      ({ items }) => items[0]?.purchases === 1,
    );
  });

  it('counts a leap day and the night the clocks change as days like others', async () => {
    const line = { productId: 'milk', quantity: 1 };
    await buy(
      of('eve', 'e1', [line], '2024-02-29T23:30:00+01:00'),
      of('eve', 'e2', [line], '2024-03-01T10:00:00Z'),
      of('eve', 'e3', [line], '2024-03-30T22:30:00Z'),
      of('eve', 'e4', [line], '2024-03-31T01:30:00Z'),
    );
    expect((await view('eve')).value).toMatchObject({ frequency: 4, interPurchaseDays: 31 / 3 });
  });
});
