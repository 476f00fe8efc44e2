import { OwnDevices } from '../../src/shoppers/app/app.service.js';
import { startShop, type Shop } from '../support/shop.js';

const FOB = 'mac:0123456789ab';
const PHONE = 'ibeacon:00112233-4455-6677-8899-aabbccddeeff:1:2';
type Named = { index: number; code: string }[];
const named = (body: { rejected: Named }) => body.rejected.map(({ index, code }) => [index, code]);

describe('shoppers', () => {
  let shop: Shop;
  const ask = (method: string, path: string, body?: unknown, as = shop.serviceKey) =>
    shop.call(method, path, { as, ...(body !== undefined && { body }) });

  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api' });
    await shop.database.run(
      `INSERT INTO stores (store_id, document, version) VALUES ('s1', '{}', 1), ('s2', '{}', 1)`,
    );
  });
  afterAll(() => shop.stop());
  beforeEach(async () => {
    await shop.database.run(
      'TRUNCATE shoppers, carried_beacons, rotating_identities, devices, purchases, purchase_lines, interactions, outbox, consents',
    );
  });

  describe('profiles', () => {
    const profile = {
      displayName: 'Ada',
      locale: 'fr-BE',
      timeZone: 'Europe/Brussels',
      homeStoreId: 's1',
      householdId: 'h1',
      birthday: '02-29',
      attributes: { diet: 'vegan', kids: 2, vip: true, likes: ['tea', 'jam'], fax: null },
      loyalty: { tier: 'gold', points: 120, since: '2020-01-01' },
      acquisition: {
        channel: 'store',
        at: '2020-01-01',
        by: 'signup',
        cost: { amount: 500, currency: 'EUR' },
      },
      assignedAssociate: 'eve',
      carries: [FOB],
    };

    it('are made with 201, replaced with 200, and what is left out is gone', async () => {
      const made = await ask('PUT', '/v1/shoppers/ada', profile);
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ shopperId: 'ada', ...profile });
      const replaced = await ask('PUT', '/v1/shoppers/ada', { displayName: 'Ada L.' });
      expect(replaced.status).toBe(200);
      const { createdAt, updatedAt, ...rest } = replaced.body as { createdAt: string; updatedAt: string };
      expect(rest).toEqual({ shopperId: 'ada', displayName: 'Ada L.', attributes: {}, carries: [] });
      expect(Date.parse(updatedAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
      expect(await shop.database.query('SELECT FROM carried_beacons')).toEqual([]);
    });

    it.each<[object, string]>([
      [{ birthday: '02-30' }, 'birthday'],
      [{ attributes: { 'a b': 1 } }, 'attributes'],
      [{ attributes: { a: { b: 1 } } }, 'attributes.a'],
      [{ attributes: { a: 'x'.repeat(501) } }, 'attributes.a'],
      [{ attributes: { a: 'half \ud83d' } }, 'attributes.a'],
      [{ loyalty: { tier: 'gold' } }, 'loyalty.points'],
      [{ carries: ['mac:XYZ'] }, 'carries[0]'],
      [{ timeZone: 'Mars/Base' }, 'timeZone'],
      [{ nickname: 'A' }, 'nickname'],
    ])('are refused with %j', async (body, path) => {
      const answer = await ask('PUT', '/v1/shoppers/ada', body);
      expect(answer.status).toBe(400);
      expect((answer.body.errors as { path: string }[])[0]?.path).toContain(path);
    });

    it('keep a tag with its one carrier', async () => {
      await ask('PUT', '/v1/shoppers/ada', { carries: [FOB] });
      const refused = await ask('PUT', '/v1/shoppers/bob', { carries: [FOB] });
      expect(refused.body).toMatchObject({ status: 409, code: 'beacon-taken' });
      expect(refused.body.detail).toContain(FOB);
      expect(refused.body.detail).not.toContain('ada');
      expect((await ask('GET', '/v1/shoppers')).body.items).toHaveLength(1);
    });

    it('come in bulk: bad ones are named, and a taken tag costs only its own item', async () => {
      await ask('PUT', '/v1/shoppers/ada', { carries: [FOB] });
      const { body } = await ask('POST', '/v1/shoppers', [
        { shopperId: 'bob', carries: [FOB] },
        { shopperId: 'cyd', displayName: 'Cyd' },
        { shopperId: 'd d' },
        { shopperId: 'ada', displayName: 'Ada' },
        { shopperId: 'eve', carries: [FOB] },
      ]);
      expect(body.accepted).toBe(3);
      expect(named(body as { rejected: Named })).toEqual([
        [0, 'beacon-taken'],
        [2, 'invalid-format'],
      ]);
      const carried = await shop.database.query('SELECT shopper_id FROM carried_beacons');
      expect(carried).toEqual([{ shopper_id: 'eve' }]);
    });

    it('give a contested tag to exactly one of fifty', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => ask('PUT', `/v1/shoppers/s${n}`, { carries: [FOB] })),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(49);
    });

    it('are listed by part of id or name, page by page', async () => {
      await ask('POST', '/v1/shoppers', [
        { shopperId: 'a-1', displayName: 'Ada' },
        { shopperId: 'b-2', displayName: 'Adam 100%' },
        { shopperId: 'c-ada', displayName: 'Cyd' },
        { shopperId: 'd-4' },
      ]);
      const first = await ask('GET', '/v1/shoppers?query=ada&limit=2');
      expect((first.body.items as { shopperId: string }[]).map(({ shopperId }) => shopperId)).toEqual([
        'a-1',
        'b-2',
      ]);
      const next = await ask('GET', `/v1/shoppers?query=ada&limit=2&cursor=${first.body.nextCursor}`);
      expect(next.body).toMatchObject({ items: [{ shopperId: 'c-ada' }], nextCursor: null });
      expect((await ask('GET', '/v1/shoppers?query=100%25')).body.items).toHaveLength(1);
      const { token } = await shop.staff('associate');
      expect((await ask('GET', '/v1/shoppers', undefined, token)).status).toBe(403);
    });
  });

  describe('the app', () => {
    it('sees its own shopper, and nothing of a shopper that is not there', async () => {
      await ask('PUT', '/v1/shoppers/ada', {
        displayName: 'Ada',
        loyalty: { tier: 'gold', points: 1 },
        acquisition: { channel: 'web', at: '2020-01-01' },
      });
      const as = await shop.shopperToken('ada');
      const { body } = await ask('GET', '/v1/me', undefined, as);
      expect(body).toMatchObject({
        shopperId: 'ada',
        profile: { displayName: 'Ada' },
        loyalty: { tier: 'gold' },
        consents: { location: false },
        preferences: {},
      });
      expect(body.profile.acquisition).toBeUndefined();
      const stranger = await shop.shopperToken('nobody');
      for (const [method, path, sent] of [
        ['GET', '/v1/me'],
        ['GET', '/v1/me/preferences'],
        ['PUT', '/v1/me/preferences', {}],
        ['PUT', '/v1/me/devices/phone', { platform: 'ios' }],
      ] as const) {
        expect((await ask(method, path, sent, stranger)).status).toBe(404);
      }
      expect((await ask('GET', '/v1/me')).status).toBe(403);
    });

    it('keeps preferences as given, replaced as a whole, also across a new profile', async () => {
      await ask('PUT', '/v1/shoppers/ada', {});
      const as = await shop.shopperToken('ada');
      const preferences = {
        quietHours: { from: '22:00', to: '06:00' },
        snoozeUntil: '2026-12-01T00:00:00.000Z',
        mutedCategories: ['tobacco'],
      };
      expect((await ask('PUT', '/v1/me/preferences', preferences, as)).body).toEqual(preferences);
      await ask('PUT', '/v1/shoppers/ada', { displayName: 'Ada' });
      expect((await ask('GET', '/v1/me/preferences', undefined, as)).body).toEqual(preferences);
      await ask('PUT', '/v1/me/preferences', { mutedCategories: [] }, as);
      expect((await ask('GET', '/v1/me/preferences', undefined, as)).body).toEqual({ mutedCategories: [] });
      expect((await ask('PUT', '/v1/me/preferences', { quietHours: { from: '9' } }, as)).status).toBe(400);
    });

    it('registers devices; what one advertises is carried, and a push goes to its last owner only', async () => {
      await ask('POST', '/v1/shoppers', [{ shopperId: 'ada' }, { shopperId: 'bob' }]);
      const [ada, bob] = [await shop.shopperToken('ada'), await shop.shopperToken('bob')];
      const device = { platform: 'ios', pushToken: 'tok', advertises: PHONE, appVersion: '1.2' };
      const { status, body } = await ask('PUT', '/v1/me/devices/phone', device, ada);
      expect(status).toBe(200);
      expect(body).toEqual({
        deviceId: 'phone',
        platform: 'ios',
        advertises: PHONE,
        appVersion: '1.2',
        reachable: true,
      });
      expect((await ask('PUT', '/v1/me/devices/phone', device, bob)).body.code).toBe('beacon-taken');
      // A new profile leaves alone what the device advertises.
      await ask('PUT', '/v1/shoppers/ada', { carries: [FOB] });
      await ask('PUT', '/v1/me/devices/phone', { platform: 'ios', pushToken: 'tok' }, bob);
      expect(
        await shop.database.query('SELECT shopper_id, push_token FROM devices ORDER BY shopper_id'),
      ).toEqual([
        { shopper_id: 'ada', push_token: null },
        { shopper_id: 'bob', push_token: 'tok' },
      ]);
      expect(await shop.database.query('SELECT FROM carried_beacons')).toHaveLength(2);
      await ask('PUT', '/v1/me/devices/phone', { platform: 'ios' }, ada);
      expect(await shop.database.query('SELECT beacon_id FROM carried_beacons')).toEqual([
        { beacon_id: FOB },
      ]);
    });
  });

  describe('devices', () => {
    const rows = (): Promise<{ device_id: string; push_token: string | null }[]> =>
      shop.database.query('SELECT device_id, push_token FROM devices ORDER BY updated_at, device_id');

    it('are ten at most: the one longest not registered leaves, with what it advertised', async () => {
      await ask('POST', '/v1/shoppers', [{ shopperId: 'ada' }, { shopperId: 'bob' }]);
      const [ada, bob] = [await shop.shopperToken('ada'), await shop.shopperToken('bob')];
      const register = (device: number, more: object = {}) =>
        ask('PUT', `/v1/me/devices/d${device}`, { platform: 'web', pushToken: `t${device}`, ...more }, ada);
      await register(1, { advertises: PHONE });
      for (let device = 2; device <= 10; device += 1) await register(device);
      // Registered again, it is not the oldest any more.
      await register(2);
      expect(await rows()).toHaveLength(10);
      expect(
        (await ask('PUT', '/v1/me/devices/b', { platform: 'web', advertises: PHONE }, bob)).body.code,
      ).toBe('beacon-taken');
      expect((await register(11)).status).toBe(200);
      await register(12);
      expect((await rows()).map(({ device_id }) => device_id)).toEqual(
        [4, 5, 6, 7, 8, 9, 10, 2, 11, 12].map((device) => `d${device}`),
      );
      expect((await ask('PUT', '/v1/me/devices/b', { platform: 'web', advertises: PHONE }, bob)).status).toBe(
        200,
      );
    });

    it('lose their token when they have not registered for 270 days', async () => {
      await ask('PUT', '/v1/shoppers/ada', {});
      const ada = await shop.shopperToken('ada');
      for (const device of ['idle', 'used']) {
        await ask('PUT', `/v1/me/devices/${device}`, { platform: 'android', pushToken: device }, ada);
      }
      await shop.database.run(
        `UPDATE devices SET updated_at = now() - CASE device_id WHEN 'idle' THEN 271 ELSE 269 END * interval '1 day'`,
      );
      await shop.get(OwnDevices).tidy();
      expect(await rows()).toEqual([
        { device_id: 'idle', push_token: null },
        { device_id: 'used', push_token: 'used' },
      ]);
    });
  });

  describe('purchases', () => {
    const purchase = (purchaseId: string, change: object = {}) => ({
      purchaseId,
      shopperId: 'ada',
      storeId: 's1',
      channel: 'store',
      purchasedAt: '2026-05-01T10:00:00Z',
      lines: [
        { productId: 'milk', quantity: 0.5, unitPrice: { amount: 199, currency: 'EUR' } },
        { productId: 'eggs', quantity: 2, discount: { amount: 20, currency: 'EUR' } },
      ],
      ...change,
    });
    beforeEach(() => ask('POST', '/v1/shoppers', [{ shopperId: 'ada' }, { shopperId: 'bob' }]));

    it('count once, and keep the content they came with', async () => {
      expect((await ask('POST', '/v1/purchases', [purchase('p1'), purchase('p1')])).body).toEqual({
        accepted: 2,
        rejected: [],
      });
      const again = await ask('POST', '/v1/purchases', [
        purchase('p1'),
        purchase('p1', { channel: 'online' }),
        purchase('p2', { shopperId: 'bob' }),
      ]);
      expect(again.body.accepted).toBe(2);
      expect(named(again.body as { rejected: Named })).toEqual([[1, 'purchase-differs']]);
      expect(await shop.database.query('SELECT FROM purchase_lines')).toHaveLength(4);
      const events = await shop.database.query<{ payload: unknown }>(
        `SELECT payload FROM outbox WHERE event = 'purchase.recorded' ORDER BY id`,
      );
      expect(events.map(({ payload }) => payload)).toEqual([
        { shopperId: 'ada', purchaseIds: ['p1'] },
        { shopperId: 'bob', purchaseIds: ['p2'] },
      ]);
    });

    it('name what is wrong, in its place', async () => {
      const { body } = await ask('POST', '/v1/purchases', [
        purchase('p1', { shopperId: 'nobody' }),
        purchase('p2', { storeId: 's9' }),
        purchase('p3', { purchasedAt: new Date(Date.now() + 600_000).toISOString() }),
        purchase('p4', { lines: [] }),
        purchase('p5', { lines: [{ productId: 'milk', quantity: 0 }] }),
        purchase('p6', {
          lines: [
            {
              productId: 'milk',
              quantity: 1,
              unitPrice: { amount: 1, currency: 'EUR' },
              discount: { amount: 1, currency: 'CHF' },
            },
          ],
        }),
        purchase('p7', { storeId: undefined, channel: 'online' }),
      ]);
      expect(body.accepted).toBe(1);
      expect(named(body as { rejected: Named })).toEqual([
        [0, 'unknown-shopper'],
        [1, 'unknown-store'],
        [2, 'in-the-future'],
        [3, 'out-of-range'],
        [4, 'out-of-range'],
        [5, 'invalid'],
      ]);
    });

    it('of a till are of its own store, which it need not name', async () => {
      const as = await shop.key('pos', 's1');
      const { body } = await ask(
        'POST',
        '/v1/purchases',
        [
          purchase('p1', { storeId: undefined }),
          purchase('p2', { storeId: 's2' }),
          purchase('p3', { channel: 'online' }),
        ],
        as,
      );
      expect(named(body as { rejected: Named })).toEqual([
        [1, 'not-your-store'],
        [2, 'not-your-channel'],
      ]);
      expect(await shop.database.query('SELECT store_id FROM purchases')).toEqual([{ store_id: 's1' }]);
    });

    it('report a coupon that no till redeemed, and are accepted all the same', async () => {
      const lines = [{ productId: 'milk', quantity: 1, couponCode: 'SAVE' }];
      const { body } = await ask('POST', '/v1/purchases', [purchase('p1', { lines })]);
      expect(body).toMatchObject({
        accepted: 1,
        warnings: [{ index: 0, code: 'coupon-not-redeemed' }],
      });
    });

    it('are written once when fifty report the same at once', async () => {
      const batch = ['c', 'a', 'b'].map((id) => purchase(id));
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          ask('POST', '/v1/purchases', n % 2 === 0 ? batch : [...batch].reverse()),
        ),
      );
      expect(new Set(answers.map(({ body }) => body.accepted as number))).toEqual(new Set([3]));
      expect(await shop.database.query('SELECT FROM purchase_lines')).toHaveLength(6);
    });
  });

  it('interact: once an interaction, of known shoppers, and other content is named', async () => {
    await ask('PUT', '/v1/shoppers/ada', {});
    const viewed = (interactionId: string, change: object = {}) => ({
      interactionId,
      shopperId: 'ada',
      type: 'viewed',
      productId: 'milk',
      at: '2026-05-01T10:00:00Z',
      channel: 'web',
      ...change,
    });
    await ask('POST', '/v1/interactions', [viewed('i1')]);
    const { body } = await ask('POST', '/v1/interactions', [
      viewed('i1'),
      viewed('i1', { type: 'shared' }),
      viewed('i2', { shopperId: 'nobody' }),
      viewed('i3', { type: 'sneezed' }),
      viewed('i4', { at: new Date(Date.now() + 600_000).toISOString() }),
      viewed('i5'),
      viewed('i5', { channel: 'app' }),
    ]);
    expect(body.accepted).toBe(2);
    expect(named(body as { rejected: Named })).toEqual([
      [1, 'interaction-differs'],
      [2, 'unknown-shopper'],
      [3, 'not-allowed'],
      [4, 'in-the-future'],
      [6, 'interaction-differs'],
    ]);
    const rows = shop.database.query('SELECT channel FROM interactions ORDER BY interaction_id');
    expect(await rows).toEqual([{ channel: 'web' }, { channel: 'web' }]);
  });
});
