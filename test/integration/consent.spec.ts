import { Consents } from '../../src/consent/index.js';
import type { ShopperId } from '../../src/shared/index.js';
import { empty } from '../support/emptied.js';
import { startShop, type Shop } from '../support/shop.js';

const ada = 'ada' as ShopperId;
const said = (granted: boolean, at?: string) => ({
  granted,
  policyVersion: '2026-01',
  source: 'app',
  ...(at !== undefined && { at }),
});

describe('consent', () => {
  let shop: Shop;
  const put = (purpose: string, body: unknown, shopperId = 'ada') =>
    shop.call('PUT', `/v1/shoppers/${shopperId}/consents/${purpose}`, { as: shop.serviceKey, body });
  const withdrawals = async (): Promise<unknown[]> =>
    (
      await shop.database.query<{ payload: unknown }>(
        "SELECT payload FROM outbox WHERE event = 'consent.withdrawn'",
      )
    ).map(({ payload }) => payload);

  beforeAll(async () => {
    // A process that only answers: what it writes into the outbox stays there to be looked at.
    shop = await startShop({ ROLE: 'api' });
  });
  afterAll(() => shop.stop());
  beforeEach(async () => {
    await empty(shop, 'shoppers', 'consents', 'consent_history', 'contact_state', 'outbox');
    await shop.database.run("INSERT INTO shoppers (shopper_id) VALUES ('ada'), ('bob')");
  });

  it('is not granted until somebody says so', async () => {
    const { status, body } = await shop.call('GET', '/v1/shoppers/ada/consents', { as: shop.serviceKey });
    expect(status).toBe(200);
    expect(body.consents.location).toEqual({ granted: false });
    expect(body.history).toEqual([]);
    const nothing = { location: false, profiling: false, push: false, clienteling: false };
    expect(await shop.get(Consents).of([ada])).toEqual(new Map([['ada', nothing]]));
  });

  it('is granted and withdrawn, with its history, and the withdrawal is told durably', async () => {
    expect((await put('location', said(true))).body).toMatchObject({ purpose: 'location', granted: true });
    expect(await withdrawals()).toEqual([]);
    expect((await put('location', said(false))).body).toMatchObject({ granted: false });
    expect(await withdrawals()).toEqual([{ shopperId: 'ada', purpose: 'location' }]);
    const { body } = await shop.call('GET', '/v1/shoppers/ada/consents', { as: shop.serviceKey });
    expect((body.history as { granted: boolean }[]).map(({ granted }) => granted)).toEqual([false, true]);
    const audit = await shop.database.query<{ action: string }>(
      "SELECT action FROM audit_log WHERE subject = 'shopper:ada' AND action LIKE 'consent.%'",
    );
    expect(audit).toHaveLength(2);
  });

  it('stands by the later statement: an older one is only recorded', async () => {
    await put('push', said(true, '2026-05-02T00:00:00Z'));
    const older = await put('push', said(false, '2026-05-01T00:00:00Z'));
    expect(older.body).toMatchObject({ granted: true, at: '2026-05-02T00:00:00.000Z' });
    expect(await withdrawals()).toEqual([]);
    const { body } = await shop.call('GET', '/v1/shoppers/ada/consents', { as: shop.serviceKey });
    expect(body.history).toHaveLength(2);
  });

  it('refuses the future, strangers, unknown purposes and unknown fields', async () => {
    const ahead = new Date(Date.now() + 60_000).toISOString();
    expect((await put('push', said(true, ahead))).body).toMatchObject({ status: 400, code: 'in-the-future' });
    expect((await put('push', said(true), 'nobody')).status).toBe(404);
    expect((await put('gossip', said(true))).status).toBe(400);
    expect((await put('push', { ...said(true), why: 'x' })).body.code).toBe('unknown-field');
    const get = await shop.call('GET', '/v1/shoppers/nobody/consents', { as: shop.serviceKey });
    expect(get.status).toBe(404);
  });

  it('takes good items of a bulk write and names the bad ones in their places', async () => {
    const ahead = new Date(Date.now() + 60_000).toISOString();
    const { status, body } = await shop.call('POST', '/v1/consents', {
      as: shop.serviceKey,
      body: [
        { shopperId: 'ada', purpose: 'location', ...said(true) },
        { shopperId: 'nobody', purpose: 'location', ...said(true) },
        { shopperId: 'bob', purpose: 'gossip', ...said(true) },
        { shopperId: 'bob', purpose: 'push', ...said(true, ahead) },
        { shopperId: 'bob', purpose: 'push', ...said(true) },
        { shopperId: 'bob', purpose: 'push', ...said(false) },
      ],
    });
    expect(status).toBe(200);
    expect(body.accepted).toBe(3);
    expect(
      (body.rejected as { index: number; code: string }[]).map(({ index, code }) => [index, code]),
    ).toEqual([
      [1, 'unknown-shopper'],
      [2, 'not-allowed'],
      [3, 'in-the-future'],
    ]);
    const consents = await shop.get(Consents).of([ada, 'bob' as ShopperId]);
    expect(consents.get(ada)?.location).toBe(true);
    expect(consents.get('bob' as ShopperId)?.push).toBe(false);
  });

  it('is the shopper’s own to give and take, and nobody else’s', async () => {
    const as = await shop.shopperToken('ada');
    const own = await shop.call('PUT', '/v1/me/consents/profiling', {
      as,
      body: { granted: true, policyVersion: '1' },
    });
    expect(own.body).toMatchObject({ purpose: 'profiling', granted: true, source: 'app' });
    expect((await shop.call('GET', '/v1/me/consents/profiling', { as })).body).toEqual(own.body);
    expect((await shop.call('GET', '/v1/me/consents', { as })).body.consents.profiling.granted).toBe(true);
    expect((await shop.call('GET', '/v1/shoppers/ada/consents', { as })).status).toBe(403);
    expect((await put('push', said(true))).status).toBe(200);
    const stranger = await shop.shopperToken('nobody');
    expect((await shop.call('GET', '/v1/me/consents', { as: stranger })).status).toBe(404);
  });

  it('ends up with the last word when fifty speak at once', async () => {
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, second) => put('location', said(second % 2 === 0, at(second)))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await shop.get(Consents).of([ada])).get(ada)?.location).toBe(false);
    const [history] = await shop.database.query<{ count: number }>('SELECT count(*) FROM consent_history');
    expect(history?.count).toBe(50);
  });

  it('waits for whoever holds the shopper’s lock', async () => {
    await put('location', said(true));
    let done = false;
    let waiting: Promise<unknown> = Promise.resolve();
    await shop.database.transaction(async (tx) => {
      await tx.run("SELECT FROM contact_state WHERE shopper_id = 'ada' FOR UPDATE");
      waiting = put('location', said(false)).then(() => (done = true));
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(done).toBe(false);
    });
    await waiting;
    expect((await shop.get(Consents).of([ada])).get(ada)?.location).toBe(false);
  });
});
