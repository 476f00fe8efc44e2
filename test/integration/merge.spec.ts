import { randomUUID } from 'node:crypto';
import { Consents } from '../../src/consent/index.js';
import { timestamp } from '../../src/platform/index.js';
import { PresenceService } from '../../src/presence/index.js';
import { CarriedBeacons } from '../../src/shoppers/index.js';
import type { BeaconId, ShopperId } from '../../src/shared/index.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const layout = {
  name: 'Corner Market',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
  gateways: [{ gatewayId: 'gw', zoneId: 'coffee' }],
  beacons: [],
};
const TAG = 'mac:ac233f8c7cee' as BeaconId;

describe('merging two shoppers', () => {
  let shop: Shop;
  let made = 0;
  const ask = (method: string, path: string, body?: unknown): Promise<Reply> =>
    shop.call(method, path, { as: shop.serviceKey, body });
  const merge = (from: string, into: string): Promise<Reply> =>
    ask('POST', `/v1/shoppers/${into}/merge`, { from });
  const countOf = async (table: string, shopperId: string): Promise<number> =>
    (
      await shop.database.query<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE shopper_id = $1`, [
        shopperId,
      ])
    )[0]!.n;
  const purchase = (shopperId: string, purchaseId: string = randomUUID()) => ({
    purchaseId,
    shopperId,
    channel: 'online',
    purchasedAt: '2026-05-01T10:00:00Z',
    lines: [{ productId: 'milk', quantity: 1 }],
  });
  const say = (shopperId: string, purpose: string, granted: boolean): Promise<Reply> =>
    ask('PUT', `/v1/shoppers/${shopperId}/consents/${purpose}`, {
      granted,
      policyVersion: '1',
      source: 'test',
    });
  const granted = async (shopperId: string): Promise<object | undefined> =>
    (await shop.get(Consents).of([shopperId as ShopperId])).get(shopperId as ShopperId);
  /** Two or more new shoppers. */
  async function shoppers(count: number, profile: object = {}): Promise<string[]> {
    const ids = Array.from({ length: count }, () => `shopper-${(made += 1)}`);
    for (const id of ids) await ask('PUT', `/v1/shoppers/${id}`, profile);
    return ids;
  }

  beforeAll(async () => {
    shop = await startShop();
    await ask('PUT', '/v1/stores/corner', layout);
    await ask('POST', '/v1/products', [
      {
        productId: 'milk',
        name: 'Milk',
        brand: 'Dairy',
        ownBrand: false,
        category: 'milk',
        price: { amount: 1, currency: 'EUR' },
      },
    ]);
  });
  afterAll(() => shop.stop());

  it('moves all that is theirs, once, and answers a repetition alike', async () => {
    const [from, into] = (await shoppers(2)) as [string, string];
    await ask('PUT', `/v1/shoppers/${from}`, {
      displayName: 'Ann',
      householdId: 'home',
      attributes: { vegan: true, size: 'L' },
      carries: [TAG],
    });
    await ask('PUT', `/v1/shoppers/${into}`, { attributes: { size: 'M' } });
    for (const purpose of ['location', 'profiling'])
      await Promise.all([say(from, purpose, true), say(into, purpose, true)]);
    await ask('POST', '/v1/purchases', [purchase(from), purchase(into)]);
    await ask('POST', '/v1/interactions', [
      { interactionId: 'i1', shopperId: from, type: 'viewed', at: '2026-05-01T10:00:00Z', channel: 'app' },
    ]);
    const now = timestamp(Date.now());
    const [visitId, offerId, decisionId, deliveryId] = Array.from({ length: 4 }, () => randomUUID());
    await shop.database.run(
      `INSERT INTO visits (visit_id, shopper_id, store_id, started_at, via) VALUES ($1, $2, 'corner', $4, 'sighting'),
       (gen_random_uuid(), $3, 'corner', $4, 'sighting')`,
      [visitId, from, into, now],
    );
    await shop.database.run(`INSERT INTO cap_events VALUES ($1, $2, $5, $3, $4, '{}', NULL, true)`, [
      decisionId,
      from,
      offerId,
      visitId,
      now,
    ]);
    await shop.database.run(
      `INSERT INTO coupons (code, offer_id, revision, decision_id, delivery_id, shopper_id, reward, qualifies,
                            issued_at, expires_at)
       VALUES ('CODE', $1, 1, $2, $3, $4, '{}', '{}', $5, $5)`,
      [offerId, decisionId, deliveryId, from, now],
    );
    const first = await merge(from, into);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      shopperId: into,
      from,
      moved: { purchases: 1, interactions: 1, beacons: 1, visits: 1, capEvents: 1, coupons: 1 },
    });
    expect((await merge(from, into)).body).toEqual(first.body);
    for (const [table, rows] of [
      ['purchases', 2],
      ['interactions', 1],
      ['visits', 2],
      ['cap_events', 1],
      ['coupons', 1],
      ['carried_beacons', 1],
    ] as const) {
      expect([table, await countOf(table, into), await countOf(table, from)]).toEqual([table, rows, 0]);
    }
    expect((await ask('GET', `/v1/shoppers/${from}`)).status).toBe(404);
    const { profile, recent } = (await ask('GET', `/v1/shoppers/${into}`)).body;
    expect(profile).toMatchObject({
      displayName: 'Ann',
      householdId: 'home',
      attributes: { vegan: true, size: 'M' },
    });
    expect(recent.purchases).toHaveLength(2);
    expect(
      (recent.visits as { endedAt: string | null }[]).filter(({ endedAt }) => endedAt === null),
    ).toHaveLength(1);
    expect((await shop.get(CarriedBeacons).shopperOf([TAG])).get(TAG)).toBe(into);
    await until(
      async () => [await countOf('shopper_activity', into), await countOf('shopper_activity', from)].join(),
      (n) => n === '1,0',
    );
    const audit = await shop.database.query(
      `SELECT actor FROM audit_log WHERE action = 'shopper.merged' AND subject = $1`,
      [`shopper:${into}`],
    );
    expect(audit).toHaveLength(1);
  });

  it('keeps the stricter consent of each purpose, and withdraws what is lost', async () => {
    const [from, into] = (await shoppers(2)) as [string, string];
    await Promise.all([say(from, 'location', true), say(into, 'location', false)]);
    await Promise.all([say(from, 'profiling', false), say(into, 'profiling', true)]);
    await Promise.all([say(from, 'push', true), say(into, 'push', true)]);
    await say(into, 'clienteling', true);
    await merge(from, into);
    expect(await granted(into)).toEqual({
      location: false,
      profiling: false,
      push: true,
      clienteling: false,
    });
    const history = await shop.database.query('SELECT FROM consent_history WHERE shopper_id = $1', [into]);
    expect(history.length).toBeGreaterThanOrEqual(8);
    expect(await countOf('consents', from)).toBe(0);
    // What is told late of the one who went cannot undo it.
    await ask('POST', '/v1/consents', [
      {
        shopperId: from,
        purpose: 'profiling',
        granted: true,
        policyVersion: '1',
        source: 'late',
        at: '2026-01-01T00:00:00Z',
      },
    ]);
    expect(await granted(into)).toMatchObject({ profiling: false });
  });

  it('takes what comes later under the old name for whoever stands for it, along a chain', async () => {
    const [a, b, c] = (await shoppers(3)) as [string, string, string];
    const token = await shop.shopperToken(a);
    const early = purchase(a);
    await ask('POST', '/v1/purchases', [early]);
    await merge(a, b);
    await merge(b, c);
    const later = await ask('POST', '/v1/purchases', [early, purchase(a), purchase(b)]);
    expect(later.body).toEqual({ accepted: 3, rejected: [] });
    expect(await countOf('purchases', c)).toBe(3);
    await ask('POST', '/v1/interactions', [
      {
        interactionId: randomUUID(),
        shopperId: a,
        type: 'viewed',
        at: '2026-05-01T10:00:00Z',
        channel: 'app',
      },
    ]);
    expect(await countOf('interactions', c)).toBe(1);
    expect((await say(a, 'push', true)).status).toBe(200);
    expect(await granted(c)).toMatchObject({ push: true });
    const me = await shop.call('GET', '/v1/me', { as: token });
    expect(me.body).toMatchObject({ shopperId: c });
    expect((await merge(a, b)).body).toMatchObject({ shopperId: c, from: a });
    expect(await ask('PUT', `/v1/shoppers/${a}`, {})).toMatchObject({
      status: 409,
      body: { code: 'merged' },
    });
    expect((await ask('POST', '/v1/shoppers', [{ shopperId: b }])).body.rejected).toMatchObject([
      { index: 0, code: 'merged' },
    ]);
  });

  it('ends the live presence of the one who goes', async () => {
    const [from, into] = (await shoppers(2)) as [string, string];
    await Promise.all([say(from, 'location', true), say(into, 'location', true)]);
    const checkin = await shop.call('POST', '/v1/checkins', {
      as: await shop.shopperToken(from),
      body: { storeId: 'corner', zoneId: 'coffee', method: 'qr' },
    });
    expect(checkin.status).toBe(201);
    const presence = shop.get(PresenceService);
    await until(
      () => presence.of(from as ShopperId),
      (present) => present !== undefined,
    );
    await merge(from, into);
    await until(
      () => presence.of(from as ShopperId),
      (present) => present === undefined,
    );
    expect(await countOf('checkins', into)).toBe(1);
    expect(await countOf('visits', from)).toBe(0);
  });

  it('says what cannot be merged', async () => {
    const [a, b, c] = (await shoppers(3)) as [string, string, string];
    expect(await merge(a, a)).toMatchObject({ status: 422, body: { code: 'same-shopper' } });
    expect((await merge('nobody', a)).status).toBe(404);
    expect((await merge(a, 'nobody')).status).toBe(404);
    await merge(a, b);
    expect(await merge(a, c)).toMatchObject({ status: 409, body: { code: 'merged-elsewhere' } });
    expect(await merge(b, a)).toMatchObject({ status: 409, body: { code: 'already-one' } });
    const marketer = await shop.staff('marketer');
    const refused = await shop.call('POST', `/v1/shoppers/${b}/merge`, {
      as: marketer.token,
      body: { from: c },
    });
    expect(refused.status).toBe(403);
  });

  it('lets one of two opposite merges win, among purchases and consents that go on', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = (await shoppers(2)) as [string, string];
      const answers = await Promise.all([
        merge(a, b),
        merge(b, a),
        ...Array.from({ length: 10 }, (_, n) =>
          ask('POST', '/v1/purchases', [purchase(n % 2 === 0 ? a : b)]),
        ),
        say(a, 'push', true),
        say(b, 'push', true),
      ]);
      expect(
        answers
          .slice(0, 2)
          .map(({ status }) => status)
          .sort(),
      ).toEqual([200, 409]);
      expect(answers.slice(2, 12).map(({ body }) => body.accepted as number)).toEqual(Array(10).fill(1));
      const into = answers[0].status === 200 ? b : a;
      expect([await countOf('purchases', into), await countOf('shoppers', into)]).toEqual([10, 1]);
    }
  });

  it('moves once, however many ask at the same time', async () => {
    const [a, b] = (await shoppers(2)) as [string, string];
    await ask('POST', '/v1/purchases', [purchase(a)]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => merge(a, b)));
    for (const { body } of answers) expect(body).toEqual(answers[0]!.body);
    expect(answers[0]!.body).toMatchObject({ moved: { purchases: 1 } });
  });
});
