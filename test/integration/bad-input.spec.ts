import { randomUUID } from 'node:crypto';
import { ShopperTokens } from '../../src/access/index.js';
import type { ShopperId } from '../../src/shared/index.js';
import { metric } from '../support/metrics.js';
import { startShop, type Ask, type Reply, type Shop } from '../support/shop.js';

const layout = {
  name: 'Corner Market',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
  gateways: [{ gatewayId: 'gw', hardwareId: 'AC233FC0BC43', zoneId: 'coffee' }],
  beacons: [],
};
const product = {
  productId: 'filters',
  name: 'Filters',
  brand: 'Melitta',
  ownBrand: false,
  category: 'coffee filters',
  price: { amount: 300, currency: 'EUR' },
};
const offer = {
  name: 'Hello',
  kind: 'message',
  trigger: { on: ['zoneEntered'] },
  content: { default: { title: 'Hello', body: 'You there' } },
};
const line = { productId: 'filters', quantity: 1, unitPrice: { amount: 300, currency: 'EUR' } };
const purchase = (more: object = {}): object => ({
  purchaseId: randomUUID(),
  shopperId: 'ada',
  channel: 'online',
  purchasedAt: new Date().toISOString(),
  lines: [line],
  ...more,
});
const sighting = (more: object = {}): object => ({
  gatewayId: 'gw',
  beaconId: 'mac:ac233f8c7cee',
  rssiDbm: -50,
  ...more,
});
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
const consent = { granted: true, policyVersion: '1', source: 'till' };
const missing = '01890000-0000-7000-8000-000000000000';

/** Every status that a refusal may have here. */
const REFUSED = [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 428, 429, 500, 503];

type Who =
  'gateway' | 'shopper' | 'till' | 'service' | 'admin' | 'marketer' | 'approver' | 'associate' | 'analyst';

interface Operation {
  method: string;
  path: string;
  allowed: 'anyone' | Who[];
  hasJsonBody: boolean;
  isBulk: boolean;
}
interface Described {
  'x-allowed': Operation['allowed'];
  requestBody?: { content: { 'application/json'?: { schema: { type?: string } } } };
}

/** Checks 17, 18 and 24 of docs/security.md. */
describe('bad input', () => {
  let shop: Shop;
  let operations: Operation[];
  const credentials = new Map<Who, string>();
  let tables: string[];

  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api' });
    const as = shop.serviceKey;
    await shop.call('PUT', '/v1/stores/corner', { as, body: layout });
    await shop.call('PUT', '/v1/stores/other', { as, body: { ...layout, gateways: [{ gatewayId: 'far' }] } });
    await shop.call('POST', '/v1/products', { as, body: [product] });
    await shop.call('PUT', '/v1/shoppers/ada', { as, body: { carries: ['mac:ac233f8c7cee'] } });
    await shop.call('PUT', '/v1/shoppers/bob', { as, body: {} });
    credentials.set('service', as);
    credentials.set('gateway', await shop.key('gateway', 'corner'));
    credentials.set('till', await shop.key('pos', 'corner'));
    credentials.set('shopper', await shop.shopperToken('ada'));
    for (const role of ['admin', 'marketer', 'approver', 'associate', 'analyst'] as const) {
      credentials.set(role, (await shop.staff(role)).token);
    }
    const { body } = await shop.call('GET', '/openapi.json');
    operations = operationsOf(body.paths as Record<string, Record<string, Described>>);
    tables = (
      await shop.database.query<{ name: string }>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
      )
    ).map(({ name }) => name);
  });
  afterAll(() => shop.stop());

  function operationsOf(paths: Record<string, Record<string, Described>>): Operation[] {
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { 'x-allowed': allowed, requestBody }]) => {
        const json = requestBody?.content['application/json'];
        return {
          method: method.toUpperCase(),
          path: path
            .replace('{shopperId}', 'ada')
            .replace('{storeId}', 'corner')
            .replace('{productId}', 'filters')
            .replace('{gatewayId}', 'gw')
            .replace('{format}', 'minew')
            .replace('{purpose}', 'location')
            .replace('{deviceId}', 'phone')
            .replace('{code}', 'ABCD-EFGH')
            .replace(/\{\w+\}/, missing),
          allowed,
          hasJsonBody: json !== undefined,
          isBulk: json?.schema.type === 'array',
        };
      }),
    );
  }

  const oneOf = (allowed: Operation['allowed']): string =>
    credentials.get(allowed === 'anyone' ? 'service' : allowed[0]!) ?? '';
  /** Everything in every table, as one figure each. */
  async function everything(): Promise<Record<string, string>> {
    const figures: Record<string, string> = {};
    for (const table of tables) {
      const [row] = await shop.database.query<{ figure: string }>(
        `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(row::text, 0)), 0) AS figure FROM ${table} AS row`,
      );
      figures[table] = row!.figure;
    }
    return figures;
  }
  const ask = ({ method, path }: Operation, ask: Ask): Promise<Reply> =>
    shop.call(method, path, { ...ask, headers: { 'idempotency-key': randomUUID(), ...ask.headers } });
  const problemOf = ({ status, body, headers }: Reply): string =>
    /^application\/problem\+json/.test(headers.get('content-type') ?? '') &&
    body.status === status &&
    typeof body.detail === 'string' &&
    /^[a-z0-9-]+$/.test(String(body.code))
      ? `${status} ${body.code}`
      : `${status} without a problem`;
  /** What each route answers, for those that do not answer as they should. */
  async function exceptions(
    which: (operation: Operation) => boolean,
    how: (operation: Operation) => Ask,
    expected: RegExp,
  ): Promise<string[]> {
    const answers: string[] = [];
    for (const operation of operations.filter(which)) {
      const found = problemOf(await ask(operation, how(operation)));
      if (!expected.test(found)) answers.push(`${operation.method} ${operation.path}: ${found}`);
    }
    return answers;
  }
  const takesJson = ({ hasJsonBody }: Operation): boolean => hasJsonBody;

  describe('at every route', () => {
    let before: Record<string, string>;
    beforeAll(async () => {
      before = await everything();
    });

    it('there are routes to try', () => {
      expect(operations.length).toBeGreaterThan(45);
      expect(operations.filter(takesJson).length).toBeGreaterThan(20);
    });

    it('no credential is 401, but for what anyone may see', async () => {
      const closed = ({ allowed }: Operation): boolean => allowed !== 'anyone';
      expect(await exceptions(closed, () => ({}), /^401 unauthorized$/)).toEqual([]);
      expect(operations.filter((each) => !closed(each)).map(({ path }) => path)).toEqual([
        '/docs',
        '/livez',
        '/metrics',
        '/openapi.json',
        '/readyz',
        '/v1/sessions',
        '/v1/sessions/oidc/callback',
        '/v1/sessions/oidc/start',
      ]);
    });

    it('a credential that nobody gave out is 401', async () => {
      for (const as of ['ac_service_forged', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.', 'x'.repeat(5_000)]) {
        const closed = ({ allowed }: Operation): boolean => allowed !== 'anyone';
        expect(await exceptions(closed, () => ({ as }), /^401 unauthorized$/)).toEqual([]);
      }
    });

    it('every principal that a route is not for is 403', async () => {
      for (const [who, as] of credentials) {
        const notFor = ({ allowed }: Operation): boolean => allowed !== 'anyone' && !allowed.includes(who);
        expect([who, await exceptions(notFor, () => ({ as }), /^403 forbidden$/)]).toEqual([who, []]);
      }
    });

    it.each([
      ['half a document', '{"name": "Ada", '],
      ['no document', 'Ada'],
      ['NaN', '{"amount": NaN}'],
      ['two documents', '{} {}'],
      ['a number with a leading nought', '[01]'],
    ])('%s is malformed', async (_, body) => {
      const answered = await exceptions(
        takesJson,
        ({ allowed }) => ({ as: oneOf(allowed), body }),
        /^400 malformed-json$/,
      );
      expect(answered).toEqual([]);
    });

    it.each(['{"__proto__": {"admin": true}}', '[{"constructor": {"prototype": {"admin": true}}}]'])(
      'a key that reaches for the prototype is refused: %s',
      async (body) => {
        const answered = await exceptions(
          takesJson,
          ({ allowed }) => ({ as: oneOf(allowed), body }),
          /^400 forbidden-key$/,
        );
        expect(answered).toEqual([]);
        expect(({} as { admin?: boolean }).admin).toBeUndefined();
      },
    );

    it('another kind of document altogether is refused', async () => {
      for (const body of ['7', '"text"', 'true']) {
        const answered = await exceptions(
          takesJson,
          ({ allowed }) => ({ as: oneOf(allowed), body }),
          /^400 invalid-request$/,
        );
        expect(answered).toEqual([]);
      }
      const bulk = await exceptions(
        ({ isBulk }) => isBulk,
        ({ allowed }) => ({ as: oneOf(allowed), body: '{}' }),
        /^400 invalid-request$/,
      );
      expect(bulk).toEqual([]);
    });

    it('a field that nobody knows is named', async () => {
      const answered = await exceptions(
        ({ hasJsonBody, isBulk, path }) => hasJsonBody && !isBulk && !path.startsWith('/v1/offers/'),
        ({ allowed }) => ({ as: oneOf(allowed), body: { colour: 'red' } }),
        /^400 unknown-field$/,
      );
      expect(answered).toEqual([]);
    });

    it('more than a mebibyte is 413', async () => {
      const body = JSON.stringify(['x'.repeat(1_048_577)]);
      const answered = await exceptions(
        // Files of an import are streamed, of any size.
        ({ method, path }) => method !== 'GET' && method !== 'DELETE' && path !== '/v1/imports',
        ({ allowed }) => ({ as: oneOf(allowed), body }),
        /^413 too-large$/,
      );
      expect(answered).toEqual([]);
    });

    it('more than a thousand items is too many', async () => {
      const items = Array.from({ length: 1_001 }, () => ({}));
      const answered = await exceptions(
        ({ isBulk }) => isBulk,
        ({ allowed }) => ({ as: oneOf(allowed), body: items }),
        /^400 too-many-items$/,
      );
      expect(answered).toEqual([]);
      const sightings = await shop.call('POST', '/v1/sightings', {
        as: credentials.get('gateway')!,
        body: { sightings: Array.from({ length: 1_001 }, () => sighting()) },
      });
      expect(problemOf(sightings)).toBe('400 too-many-items');
    });

    it('and none of it has left a trace', async () => {
      expect(await everything()).toEqual(before);
    });
  });

  describe('in one field', () => {
    const refused: [
      what: string,
      who: Who,
      method: string,
      path: string,
      body: unknown,
      problem: string,
      place?: string,
    ][] = [
      [
        'a wrong type',
        'service',
        'PUT',
        '/v1/stores/corner',
        { ...layout, name: 7 },
        '400 invalid-request',
        'name',
      ],
      [
        'a zone that is not there',
        'service',
        'PUT',
        '/v1/stores/corner',
        { ...layout, gateways: [{ gatewayId: 'g', zoneId: 'tea' }] },
        '400 invalid-request',
        'gateways[0].zoneId',
      ],
      [
        'a duplicate id',
        'service',
        'PUT',
        '/v1/stores/new',
        { ...layout, gateways: [{ gatewayId: 'n' }, { gatewayId: 'n' }] },
        '400 invalid-request',
        'gateways[1].gatewayId',
      ],
      [
        'an infinite length',
        'service',
        'PUT',
        '/v1/stores/new',
        { ...layout, floorPlan: { widthMetres: 1e308, heightMetres: 1 } },
        '400 invalid-request',
        'floorPlan.widthMetres',
      ],
      [
        'NaN as text',
        'service',
        'PUT',
        '/v1/shoppers/ada',
        { loyalty: { tier: 'gold', points: 'NaN' } },
        '400 invalid-request',
        'loyalty.points',
      ],
      [
        'a day that does not exist',
        'service',
        'PUT',
        '/v1/shoppers/ada',
        { birthday: '02-30' },
        '400 invalid-request',
        'birthday',
      ],
      [
        'a beacon in capitals',
        'service',
        'PUT',
        '/v1/shoppers/ada',
        { carries: ['mac:AC233F8C7CEE'] },
        '400 invalid-request',
        'carries[0]',
      ],
      [
        'an attribute called as the prototype is',
        'service',
        'PUT',
        '/v1/shoppers/ada',
        { attributes: { 'a b': 1 } },
        '400 invalid-request',
        'attributes.a b',
      ],
      [
        'a beacon of somebody else',
        'service',
        'PUT',
        '/v1/shoppers/bob',
        { carries: ['mac:ac233f8c7cee'] },
        '409 beacon-taken',
      ],
      [
        'a NUL',
        'service',
        'PUT',
        '/v1/shoppers/ada',
        { displayName: 'A\0da' },
        '400 invalid-request',
        'displayName',
      ],
      [
        'half a surrogate pair',
        'service',
        'PUT',
        '/v1/shoppers/ada',
        { displayName: 'A\ud83d' },
        '400 invalid-request',
        'displayName',
      ],
      [
        'an id with a slash',
        'service',
        'PUT',
        '/v1/shoppers/a%2Fb',
        {},
        '400 invalid-request',
        'path.shopperId',
      ],
      [
        'an id that is too long',
        'service',
        'PUT',
        `/v1/shoppers/${'x'.repeat(65)}`,
        {},
        '400 invalid-request',
        'path.shopperId',
      ],
      [
        'consent of a stranger',
        'service',
        'PUT',
        '/v1/shoppers/nobody/consents/location',
        consent,
        '404 not-found',
      ],
      [
        'consent to what nobody asks for',
        'service',
        'PUT',
        '/v1/shoppers/ada/consents/everything',
        consent,
        '400 invalid-request',
        'path.purpose',
      ],
      [
        'consent of tomorrow',
        'service',
        'PUT',
        '/v1/shoppers/ada/consents/location',
        { ...consent, at: inAnHour() },
        '400 in-the-future',
        'at',
      ],
      [
        'a trigger of another world',
        'marketer',
        'POST',
        '/v1/offers',
        { ...offer, trigger: { on: ['fullMoon'] } },
        '400 invalid-request',
        'trigger.on[0]',
      ],
      [
        'more than all',
        'marketer',
        'POST',
        '/v1/offers',
        { ...offer, reward: { type: 'percentOff', value: 101 } },
        '400 invalid-request',
        'reward.value',
      ],
      [
        'a cap of less than nothing',
        'marketer',
        'POST',
        '/v1/offers',
        { ...offer, limits: { perShopper: [{ max: -1, per: 'visit' }] } },
        '400 invalid-request',
        'limits.perShopper[0].max',
      ],
      [
        'a rule on nothing',
        'marketer',
        'POST',
        '/v1/offers',
        { ...offer, eligibility: { combinator: 'and', rules: [{ field: 'x', operator: '=', value: 1 }] } },
        '400 invalid-request',
        'eligibility.rules[0].field',
      ],
      ...[
        '{{ shopper.firstName.constructor }}',
        '{% render "/etc/passwd" %}',
        `{{ offer.name ${'| replace: "a", offer.name '.repeat(8)}}}`,
      ].map((title): (typeof refused)[number] => [
        `a template that attacks: ${title.slice(0, 30)}`,
        'marketer',
        'POST',
        '/v1/offers',
        { ...offer, content: { default: { title, body: 'x' } } },
        '400 invalid-request',
        'content.default.title',
      ]),
      [
        'a preview in a store that is not',
        'marketer',
        'POST',
        '/v1/decisions/preview',
        { shopperId: 'ada', storeId: 'nowhere' },
        '404 not-found',
      ],
      [
        'a preview in a zone that is not',
        'marketer',
        'POST',
        '/v1/decisions/preview',
        { shopperId: 'ada', storeId: 'corner', zoneId: 'tea' },
        '400 unknown-zone',
      ],
      [
        'a check-in in a store that is not',
        'shopper',
        'POST',
        '/v1/checkins',
        { storeId: 'nowhere', method: 'qr' },
        '404 not-found',
      ],
      [
        'a basket of less than nothing',
        'till',
        'POST',
        '/v1/coupons/ABCD-EFGH/redeem',
        { purchaseId: 'p', basket: [{ ...line, quantity: -1 }] },
        '400 invalid-request',
        'basket[0].quantity',
      ],
      [
        'a coupon that nobody issued',
        'till',
        'POST',
        '/v1/coupons/ABCD-EFGH/redeem',
        { purchaseId: 'p', basket: [line] },
        '404 not-found',
      ],
      [
        'an offer that nobody wrote',
        'approver',
        'POST',
        `/v1/offers/${missing}/approve`,
        undefined,
        '404 not-found',
      ],
      [
        'an id that is none of ours',
        'marketer',
        'GET',
        '/v1/offers/7',
        undefined,
        '400 invalid-request',
        'path.offerId',
      ],
      [
        'a limit of none',
        'marketer',
        'GET',
        '/v1/offers?limit=0',
        undefined,
        '400 invalid-request',
        'query.limit',
      ],
      [
        'a limit of NaN',
        'marketer',
        'GET',
        '/v1/offers?limit=NaN',
        undefined,
        '400 invalid-request',
        'query.limit',
      ],
      [
        'a cursor of our own making',
        'marketer',
        'GET',
        '/v1/offers?cursor=garbage',
        undefined,
        '400 invalid-cursor',
      ],
      [
        'a payload of another gateway',
        'gateway',
        'POST',
        '/v1/gateways/gw/minew',
        [{ type: 'Gateway', mac: 'AAAAAAAAAAAA' }],
        '422 wrong-gateway',
      ],
      ['a payload for a gateway elsewhere', 'gateway', 'POST', '/v1/gateways/far/minew', [], '404 not-found'],
      [
        'a payload in a format of nobody',
        'gateway',
        'POST',
        '/v1/gateways/gw/morse',
        [],
        '404 unknown-format',
      ],
      ['a payload that is none', 'gateway', 'POST', '/v1/gateways/gw/minew', '{"half', '400 malformed-json'],
      ['the consents of somebody else', 'shopper', 'GET', '/v1/shoppers/bob', undefined, '403 forbidden'],
      [
        'a delivery of somebody else',
        'shopper',
        'POST',
        `/v1/me/offers/${missing}/events`,
        { type: 'opened' },
        '404 not-found',
      ],
    ];

    // Jest hands `done` to a row that is too short, so each names its place.
    const rows = refused.map(
      (row) => [...row.slice(0, 6), row[6] ?? ''] as Required<(typeof refused)[number]>,
    );
    it.each(rows)('%s', async (_, who, method, path, body, problem, place) => {
      const before = await everything();
      const reply = await shop.call(method, path, {
        as: credentials.get(who)!,
        ...(body !== undefined && { body }),
        headers: {
          ...(path.endsWith('/redeem') && { 'idempotency-key': randomUUID() }),
          ...(path === '/v1/stores/corner' && { 'if-match': '"1"' }),
        },
      });
      expect([problemOf(reply), reply.body.detail]).toEqual([problem, expect.any(String)]);
      const places = ((reply.body.errors ?? []) as { path: string }[]).map((error) => error.path);
      expect([...places, String(reply.body.detail).split(':', 1)[0], '']).toContain(place);
      const after = await everything();
      // A final answer to a key is kept, so that the same comes again; that is all that is.
      delete before['idempotency_keys'];
      delete after['idempotency_keys'];
      expect(after).toEqual(before);
    });
  });

  describe('among good items', () => {
    const bulk: [
      what: string,
      who: Who,
      path: string,
      items: object[],
      rejected: [index: number, code: string][],
    ][] = [
      [
        'of products',
        'service',
        '/v1/products',
        [
          { ...product, productId: 'p1', price: { amount: -1, currency: 'EUR' } },
          { ...product, productId: 'p2', price: { amount: 'NaN', currency: 'EUR' } },
          { ...product, productId: 'p3', colour: 'red' },
          { ...product, productId: 'a b' },
          { ...product, productId: 'p5' },
          { ...product, productId: 'p5', name: 'Other' },
        ],
        [
          [0, 'out-of-range'],
          [1, 'wrong-type'],
          [2, 'unknown-field'],
          [3, 'invalid-format'],
          [5, 'duplicate-in-batch'],
        ],
      ],
      [
        'of stock',
        'service',
        '/v1/stock',
        [
          { storeId: 'corner', productId: 'filters', available: -1 },
          { storeId: 'nowhere', productId: 'filters', available: true },
          { storeId: 'corner', productId: 'filters', available: 1.5 },
          { storeId: 'corner', productId: 'filters', available: 3 },
        ],
        [
          [0, 'out-of-range'],
          [1, 'unknown-store'],
          [2, 'not-allowed'],
        ],
      ],
      [
        'of shoppers',
        'service',
        '/v1/shoppers',
        [
          { shopperId: 'cyd', carries: ['mac:ac233f8c7cee'] },
          { shopperId: 'dan', timeZone: 'Mars/Olympus' },
          { shopperId: 'eve' },
        ],
        [
          [0, 'beacon-taken'],
          [1, 'invalid'],
        ],
      ],
      [
        'of purchases',
        'service',
        '/v1/purchases',
        [
          purchase({ purchaseId: 'same' }),
          purchase({ purchaseId: 'same', channel: 'store' }),
          purchase({ purchasedAt: inAnHour() }),
          purchase({ lines: [{ ...line, quantity: 0 }] }),
          purchase({ lines: [{ ...line, quantity: 'NaN' }] }),
          purchase({ shopperId: 'nobody' }),
          purchase({ storeId: 'nowhere' }),
          purchase({ purchasedAt: '9999-12-31T23:59:59Z' }),
        ],
        [
          [1, 'purchase-differs'],
          [2, 'in-the-future'],
          [3, 'out-of-range'],
          [4, 'wrong-type'],
          [5, 'unknown-shopper'],
          [6, 'unknown-store'],
          [7, 'in-the-future'],
        ],
      ],
      [
        'of a till',
        'till',
        '/v1/purchases',
        [purchase({ channel: 'store' }), purchase(), purchase({ channel: 'store', storeId: 'other' })],
        [
          [1, 'not-your-channel'],
          [2, 'not-your-store'],
        ],
      ],
      [
        'of consents',
        'service',
        '/v1/consents',
        [
          { ...consent, shopperId: 'ada', purpose: 'push' },
          { ...consent, shopperId: 'nobody', purpose: 'push' },
          { ...consent, shopperId: 'ada', purpose: 'push', at: inAnHour() },
        ],
        [
          [1, 'unknown-shopper'],
          [2, 'in-the-future'],
        ],
      ],
    ];

    it.each(bulk)('the bad ones are named: %s', async (_, who, path, items, rejected) => {
      const reply = await shop.call('POST', path, { as: credentials.get(who)!, body: items });
      expect(reply.status).toBe(200);
      const named = (reply.body.rejected as { index: number; code: string; detail: string }[]).map(
        ({ index, code }) => [index, code],
      );
      expect(named).toEqual(rejected);
      expect(reply.body.accepted).toBe(items.length - rejected.length);
    });

    it('the bad ones are named: of sightings', async () => {
      const reply = await shop.call('POST', '/v1/sightings', {
        as: credentials.get('gateway')!,
        body: {
          sightings: [
            sighting(),
            sighting({ rssiDbm: 'NaN' }),
            sighting({ rssiDbm: 900 }),
            sighting({ gatewayId: 'far' }),
            sighting({ observedAt: inAnHour() }),
            sighting({ beaconId: '__proto__' }),
            sighting({ shopperId: 'bob' }),
          ],
        },
      });
      expect(reply).toMatchObject({ status: 202, body: { accepted: 1 } });
      expect(
        (reply.body.rejected as { index: number; code: string }[]).map(({ index, code }) => [index, code]),
      ).toEqual([
        [1, 'wrong-type'],
        [2, 'out-of-range'],
        [3, 'unknown-gateway'],
        [4, 'in-the-future'],
        [5, 'invalid-format'],
        [6, 'unknown-field'],
      ]);
    });
  });

  describe('in credentials', () => {
    it('a token that is over is 401', async () => {
      const twoDaysAgo = Date.now() - 2 * 86_400_000;
      const { token } = await shop.get(ShopperTokens).issue('ada' as ShopperId, twoDaysAgo);
      expect(problemOf(await shop.call('GET', '/v1/me', { as: token }))).toBe('401 unauthorized');
    });

    it('a token whose subject was exchanged is 401', async () => {
      const [head, , signature] = credentials.get('shopper')!.split('.');
      const body = Buffer.from(JSON.stringify({ sub: 'bob', iss: 'aislecue', aud: 'aislecue' })).toString(
        'base64url',
      );
      expect(problemOf(await shop.call('GET', '/v1/me', { as: `${head}.${body}.${signature}` }))).toBe(
        '401 unauthorized',
      );
    });

    it('a revoked key is 401 at once', async () => {
      const as = credentials.get('admin')!;
      const made = await shop.call('POST', '/v1/keys', { as, body: { kind: 'service' } });
      const key = made.body.key as string;
      expect((await shop.call('GET', '/v1/stores', { as: key })).status).toBe(200);
      expect((await shop.call('DELETE', `/v1/keys/${made.body.keyId}`, { as })).status).toBeLessThan(300);
      expect(problemOf(await shop.call('GET', '/v1/stores', { as: key }))).toBe('401 unauthorized');
    });

    it('a till of another store does not find the coupon', async () => {
      const as = await shop.key('pos', 'other');
      const reply = await shop.call('POST', '/v1/coupons/ABCD-EFGH/redeem', {
        as,
        headers: { 'idempotency-key': randomUUID() },
        body: { purchaseId: 'p', basket: [line] },
      });
      expect(problemOf(reply)).toBe('404 not-found');
    });
  });

  describe('in headers', () => {
    it('a change of what is there needs If-Match, and the right one', async () => {
      const put = (headers: Record<string, string>): Promise<Reply> =>
        shop.call('PUT', '/v1/stores/corner', { as: shop.serviceKey, body: layout, headers });
      expect((await put({})).status).toBe(428);
      expect((await put({ 'if-match': '"99"' })).status).toBe(412);
    });

    it('redeeming needs an Idempotency-Key', async () => {
      const reply = await shop.call('POST', '/v1/coupons/ABCD-EFGH/redeem', {
        as: credentials.get('till')!,
        body: { purchaseId: 'p', basket: [line] },
      });
      expect(problemOf(reply)).toMatch(/^400 /);
    });

    it('a key that comes again with another body is 422', async () => {
      const post = (name: string): Promise<Reply> =>
        shop.call('POST', '/v1/offers', {
          as: credentials.get('marketer')!,
          body: { ...offer, name },
          headers: { 'idempotency-key': 'once' },
        });
      expect((await post('One')).status).toBe(201);
      expect((await post('One')).headers.get('idempotency-replayed')).toBe('true');
      expect(problemOf(await post('Two'))).toBe('422 idempotency-key-reused');
    });

    it('a body that is not JSON is 415', async () => {
      const reply = await shop.call('POST', '/v1/products', {
        as: shop.serviceKey,
        body: 'a=b',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(problemOf(reply)).toBe('415 unsupported-media-type');
    });

    it('a route that is none is a problem too', async () => {
      expect(problemOf(await shop.call('GET', '/v1/nothing', { as: shop.serviceKey }))).toBe('404 not-found');
    });
  });

  it('is counted, each that was refused and by what it was told', async () => {
    const answered = await Promise.all(
      REFUSED.map((code) => metric(shop.call, 'http_requests_total', { code: String(code) })),
    );
    const refused = await metric(shop.call, 'refusals_total', { door: 'http' });
    expect(refused).toBe(answered.reduce((sum, count) => sum + count, 0));
    expect(refused).toBeGreaterThan(500);
    for (const code of ['unauthorized', 'forbidden', 'not-found', 'unknown-field', 'too-large']) {
      expect([code, await metric(shop.call, 'refusals_total', { door: 'http', code })]).not.toContain(0);
    }
  });
});
