import { DataSource } from 'typeorm';
import { StaffAccounts } from '../../src/access/index.js';
import { Catalogue } from '../../src/catalogue/index.js';
import type { BeaconId, GatewayId, ProductId, StaffId, StoreId } from '../../src/shared/index.js';
import { Stores } from '../../src/stores/index.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

let shop: Shop;
let stores: Stores;
let catalogue: Catalogue;

beforeAll(async () => {
  shop = await startShop();
  stores = shop.get(Stores);
  catalogue = shop.get(Catalogue);
});
afterAll(() => shop.stop());

const document = (extra: Record<string, unknown> = {}) => ({
  name: 'Main Street',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
  gateways: [],
  beacons: [],
  ...extra,
});
const put = (storeId: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  shop.call('PUT', `/v1/stores/${storeId}`, { as: shop.serviceKey, body, headers });
const get = (path: string, as = shop.serviceKey): Promise<Reply> => shop.call('GET', path, { as });
const post = (path: string, body: unknown, as = shop.serviceKey): Promise<Reply> =>
  shop.call('POST', path, { as, body });
const faultsOf = ({ body }: Reply): string[] =>
  (body.errors as { path: string; code: string }[]).map(({ path, code }) => `${path} ${code}`);

async function staffIn(storeIds: string[], role: 'admin' | 'associate' = 'associate'): Promise<string> {
  const email = `${role}-${storeIds.join('-')}@shop.test`;
  const password = 'correct horse battery';
  await shop.get(StaffAccounts).create(
    { email, displayName: role, password, roles: [role], storeIds },
    {
      kind: 'staff',
      staffId: '00000000-0000-7000-8000-000000000000' as StaffId,
      roles: ['admin'],
      storeIds: [],
    },
  );
  const { body } = await shop.call('POST', '/v1/sessions', { body: { email, password } });
  return String(body.token);
}

describe('a store', () => {
  const whole = document({
    openingHours: [{ daysOfWeek: [1, 2, 3, 4, 5, 6], from: '09:00', to: '20:00' }],
    floorPlan: { widthMetres: 20.5, heightMetres: 10 },
    zones: [
      {
        zoneId: 'coffee',
        name: 'Café ☕',
        kind: 'aisle',
        categories: ['coffee'],
        polygon: [
          [0, 0],
          [4.25, 0],
          [4.25, 3],
        ],
      },
    ],
    gateways: [{ gatewayId: 'whole-g', hardwareId: 'AC:23:3F:c0:ab:01', zoneId: 'coffee' }],
    beacons: [{ beaconId: 'mac:00000000aa01', position: { x: 1, y: 2 }, measuredPowerDbm: -59 }],
    survey: [{ x: 1, y: 2, gatewayId: 'whole-g', meanRssiDbm: -70.25, samples: 12 }],
  });

  it('is created, answered as it came, and can be put back as it is', async () => {
    const created = await put('whole', whole);
    expect(created).toMatchObject({ status: 201, body: whole });
    expect(created.headers.get('etag')).toBe('"1"');

    const read = await get('/v1/stores/whole');
    expect(read).toMatchObject({ status: 200, body: whole });
    expect(Object.keys(read.body as object).sort()).toEqual(Object.keys(whole).sort());

    const again = await put('whole', read.body, { 'if-match': read.headers.get('etag') ?? '' });
    expect(again.status).toBe(200);
    expect(again.headers.get('etag')).toBe('"2"');
    expect((await get('/v1/stores/whole')).headers.get('etag')).toBe('"2"');
  });

  it('is replaced only by those who saw the present version', async () => {
    await put('seen', document());
    expect(await put('seen', document())).toMatchObject({
      status: 428,
      body: { code: 'precondition-required' },
    });
    expect(await put('seen', document(), { 'if-match': '"9"' })).toMatchObject({
      status: 412,
      body: { code: 'precondition-failed' },
    });
    expect((await put('never', document(), { 'if-match': '"1"' })).status).toBe(412);
    expect((await get('/v1/stores/never')).status).toBe(404);
  });

  it('is created once and replaced once when many try at the same moment', async () => {
    const creations = await Promise.all(Array.from({ length: 8 }, () => put('rush', document())));
    expect(creations.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(428)]);
    const changes = await Promise.all(
      Array.from({ length: 8 }, () => put('rush', document(), { 'if-match': '"1"' })),
    );
    expect(changes.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(412)]);
  });

  it('is refused with the place of every fault', async () => {
    const bad = document({
      gateways: [{ gatewayId: 'g', zoneId: 'tea' }, { gatewayId: 'g' }],
      beacons: [{ beaconId: 'mac:00000000aa02', zoneId: 'milk' }],
    });
    const reply = await put('bad', bad);
    expect(reply.status).toBe(400);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(faultsOf(reply)).toEqual([
      'gateways[1].gatewayId duplicate',
      'gateways[0].zoneId unknown-zone',
      'beacons[0].zoneId unknown-zone',
    ]);
    expect(await put('bad', document({ storeId: 'bad' }))).toMatchObject({
      status: 400,
      body: { code: 'unknown-field', errors: [{ path: 'storeId', code: 'unknown-field' }] },
    });
    expect((await put('bad', '{"name": "\\ud800"}')).status).toBe(400);
  });

  it('keeps its gateways and beacons until it gives them up', async () => {
    const radios = {
      gateways: [{ gatewayId: 'free' }, { gatewayId: 'mine' }],
      beacons: [{ beaconId: 'mac:00000000bb01' }],
    };
    await put('owner', document(radios));
    const gateway = await put('rival', document({ gateways: [{ gatewayId: 'r1' }, { gatewayId: 'mine' }] }));
    expect(gateway).toMatchObject({ status: 409, body: { code: 'gateway-taken' } });
    expect(gateway.body.detail).toContain('mine');
    expect(faultsOf(gateway)).toEqual(['gateways[1].gatewayId gateway-taken']);
    const beacon = await put('rival', document({ beacons: radios.beacons }));
    expect(beacon).toMatchObject({ status: 409, body: { code: 'beacon-taken' } });
    expect(beacon.body.detail).toContain('mac:00000000bb01');
    expect((await get('/v1/stores/rival')).status).toBe(404);

    await put('owner', document(), { 'if-match': '"1"' });
    expect((await put('rival', document(radios))).status).toBe(201);
    expect(stores.storeOfGateway('mine' as GatewayId)).toBe('rival');
    expect(stores.storeOfBeacon('mac:00000000bb01' as BeaconId)).toBe('rival');
  });

  it('alone gets a gateway that several claim at once', async () => {
    const claims = await Promise.all(
      ['c1', 'c2', 'c3', 'c4'].map((storeId) =>
        put(storeId, document({ gateways: [{ gatewayId: 'contested' }] })),
      ),
    );
    expect(claims.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  it('is in the memory of the process that answered, indexed', async () => {
    await put('memory', document({ gateways: [{ gatewayId: 'memory-g', zoneId: 'coffee' }] }));
    expect(stores.layout('memory' as StoreId)).toMatchObject({ name: 'Main Street', openingHours: [] });
    expect(stores.storeOfGateway('memory-g' as GatewayId)).toBe('memory');
    await put('memory', document({ name: 'Moved' }), { 'if-match': '"1"' });
    expect(stores.layout('memory' as StoreId)?.name).toBe('Moved');
    expect(stores.storeOfGateway('memory-g' as GatewayId)).toBeUndefined();
  });

  it('changed by another process is read again within 2 s, and no other store is', async () => {
    await put('still', document());
    await put('changing', document());
    const still = stores.layout('still' as StoreId);
    await shop.database.transaction(async (tx) => {
      await tx.run(
        `UPDATE stores SET version = version + 1, document = jsonb_set(document, '{name}', '"Elsewhere"')
         WHERE store_id = 'changing'`,
      );
      await tx.run(`UPDATE published SET version = version + 1 WHERE name = 'stores'`);
    });
    await until(
      () => stores.layout('changing' as StoreId)?.name,
      (name) => name === 'Elsewhere',
      2_000,
    );
    expect(stores.layout('still' as StoreId)).toBe(still);
    expect([...stores.all()].map(({ storeId }) => storeId)).toContain('still');
  });

  it('is listed by pages, and only to those it concerns', async () => {
    const walked: string[] = [];
    let cursor = '';
    do {
      const { body } = await get(`/v1/stores?limit=3${cursor}`);
      walked.push(...(body.items as { storeId: string }[]).map(({ storeId }) => storeId));
      cursor = body.nextCursor === null ? '' : `&cursor=${String(body.nextCursor)}`;
    } while (cursor !== '');
    expect(walked).toEqual([...new Set(walked)]);
    expect(new Set(walked)).toEqual(new Set([...stores.all()].map(({ storeId }) => storeId)));

    const associate = await staffIn(['whole']);
    expect((await get('/v1/stores', associate)).body).toEqual({
      items: [{ storeId: 'whole', name: 'Main Street', timeZone: 'Europe/Paris', currency: 'EUR' }],
      nextCursor: null,
    });
    expect((await get('/v1/stores/whole', associate)).status).toBe(200);
    expect((await get('/v1/stores/owner', associate)).body.code).toBe('not-found');
  });

  it('is written by the back office and admins of that store alone', async () => {
    const marketer = await shop.staff('marketer');
    const writing = (as: string, storeId: string) =>
      shop.call('PUT', `/v1/stores/${storeId}`, { as, body: document() });
    expect((await writing(marketer.token, 'w1')).status).toBe(403);
    expect((await get('/v1/stores', marketer.token)).status).toBe(200);
    const admin = await staffIn(['w1'], 'admin');
    expect((await writing(admin, 'w1')).status).toBe(201);
    expect((await writing(admin, 'whole')).status).toBe(404);
    const till = await shop.key('pos', 'whole');
    expect((await get('/v1/stores/whole', till)).status).toBe(403);
  });

  it('leaves a trace of who changed what', async () => {
    const rows = await shop.database.query<{ action: string; before: unknown; after: { name: string } }>(
      `SELECT action, before, after FROM audit_log WHERE subject = 'store:memory' ORDER BY audit_id`,
    );
    expect(rows).toMatchObject([
      { action: 'store.created', before: null, after: { name: 'Main Street' } },
      { action: 'store.replaced', before: { name: 'Main Street' }, after: { name: 'Moved' } },
    ]);
  });

  it('has an entity equal to its table', async () => {
    const { upQueries } = await shop.get(DataSource).driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query).filter((query) => query.includes('"stores"'))).toEqual([]);
  });
});

describe('the catalogue', () => {
  const item = (productId: string, extra: Record<string, unknown> = {}) => ({
    productId,
    name: `Filters ${productId}`,
    brand: 'Melitta',
    ownBrand: false,
    category: 'coffee filters',
    price: { amount: 199, currency: 'EUR' },
    ...extra,
  });

  it('keeps good products and names bad ones', async () => {
    const whole = item('p1', {
      packSize: { amount: 0.5, unit: 'kg' },
      unitCost: { amount: 80, currency: 'EUR' },
      equivalenceGroup: 'filters',
    });
    const { status, body } = await post('/v1/products', [
      whole,
      item('p2', { price: undefined }),
      item('p1', { name: 'twice' }),
      item('p3', { unitCost: { amount: 80, currency: 'CHF' } }),
      item('p4', { colour: 'white' }),
      item('p5', { ownBrand: true, equivalenceGroup: 'filters' }),
    ]);
    expect(status).toBe(200);
    expect(body.accepted).toBe(2);
    expect(
      (body.rejected as { index: number; code: string }[]).map(({ index, code }) => [index, code]),
    ).toEqual([
      [1, 'required'],
      [2, 'duplicate-in-batch'],
      [3, 'currency-mismatch'],
      [4, 'unknown-field'],
    ]);
    expect((await get('/v1/products/p1')).body).toEqual(whole);
    expect((await get('/v1/products/p2')).status).toBe(404);
    expect((await catalogue.inGroups(['filters'])).map(({ productId }) => productId)).toEqual(['p1', 'p5']);
  });

  it('replaces a product whole', async () => {
    await post('/v1/products', [item('r1', { packSize: { amount: 1, unit: 'l' }, equivalenceGroup: 'r' })]);
    await post('/v1/products', [item('r1', { name: 'New' })]);
    expect((await get('/v1/products/r1')).body).toEqual(item('r1', { name: 'New' }));
  });

  it('takes lists of at most 1,000', async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => item(`m${index}`));
    expect(await post('/v1/products', many)).toMatchObject({ status: 400, body: { code: 'too-many-items' } });
    expect((await post('/v1/products', many.slice(1))).body).toEqual({ accepted: 1_000, rejected: [] });
    expect((await post('/v1/products', {})).status).toBe(400);
    expect((await post('/v1/products', [])).body).toEqual({ accepted: 0, rejected: [] });
  });

  it('is searched by text and category, page by page', async () => {
    await post('/v1/products', [
      item('s1', { name: '100% Juice', category: 'juice' }),
      item('s2', { name: 'Juice_box', category: 'juice', brand: 'OrchardCo' }),
      item('s3', { name: 'Apple', category: 'fruit', brand: 'orchardco' }),
    ]);
    const found = async (query: string): Promise<string[]> =>
      ((await get(`/v1/products?${query}`)).body.items as { productId: string }[]).map(
        ({ productId }) => productId,
      );
    expect(await found('query=ORCHARD')).toEqual(['s2', 's3']);
    expect(await found('query=orchard&category=juice')).toEqual(['s2']);
    expect(await found('query=0%25%20j')).toEqual(['s1']);
    expect(await found('query=_')).toEqual(['s2']);
    const first = await get('/v1/products?category=juice&limit=1');
    expect(first.body.items).toHaveLength(1);
    expect(await found(`category=juice&limit=1&cursor=${String(first.body.nextCursor)}`)).toEqual(['s2']);
    expect((await get('/v1/products?cursor=nonsense')).status).toBe(400);
  });

  it('makes what an import tells, and never overwrites', async () => {
    await post('/v1/products', [item('e1')]);
    const told = (productId: string) => ({
      productId: productId as ProductId,
      name: 'Told',
      category: 'told',
    });
    await shop.database.transaction((tx) => catalogue.ensure(tx, [told('e1'), told('e2'), told('e2')]));
    const known = await catalogue.products(['e1', 'e2', 'e3'] as ProductId[]);
    expect([...known.keys()].sort()).toEqual(['e1', 'e2']);
    expect(known.get('e1' as ProductId)).toEqual(item('e1'));
    expect((await get('/v1/products/e2')).body).toEqual({
      productId: 'e2',
      name: 'Told',
      brand: '',
      ownBrand: false,
      category: 'told',
    });
  });

  it('takes batches that overlap the other way round at the same moment', async () => {
    const batch = Array.from({ length: 200 }, (_, index) => item(`o${index}`));
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        post('/v1/products', index % 2 === 0 ? batch : [...batch].reverse()),
      ),
    );
    expect(replies.map(({ body }) => body.accepted as number)).toEqual(Array(8).fill(200));
  });

  it('knows what is in stock, as a yes or a number', async () => {
    await put('stocked', document());
    const of = (productId: string, available: unknown, storeId = 'stocked') => ({
      storeId,
      productId,
      available,
    });
    const { body } = await post('/v1/stock', [
      of('k1', true),
      of('k2', false),
      of('k3', 4),
      of('never-described', 0),
      of('k1', true, 'nowhere'),
      of('k1', false),
      of('k5', -1),
    ]);
    expect(body.accepted).toBe(4);
    expect(
      (body.rejected as { index: number; code: string }[]).map(({ index, code }) => [index, code]),
    ).toEqual([
      [4, 'unknown-store'],
      [5, 'duplicate-in-batch'],
      [6, 'out-of-range'],
    ]);
    await post('/v1/stock', [of('k3', 0)]);
    const stock = await catalogue.stockOf(['k1', 'k2', 'k3', 'never-described', 'k9'] as ProductId[]);
    expect(Object.fromEntries(stock)).toEqual({
      'stocked\nk1': true,
      'stocked\nk2': false,
      'stocked\nk3': false,
      'stocked\nnever-described': false,
    });
  });

  it('takes stock of a store that another process has just made', async () => {
    await shop.database.transaction(async (tx) => {
      await tx.run(`INSERT INTO stores (store_id, document, version) VALUES ('fresh', $1, 1)`, [
        JSON.stringify(document()),
      ]);
      await tx.run(`UPDATE published SET version = version + 1 WHERE name = 'stores'`);
    });
    const { body } = await post('/v1/stock', [{ storeId: 'fresh', productId: 'p1', available: true }]);
    expect(body).toEqual({ accepted: 1, rejected: [] });
  });

  it('is written by the back office and admins, in their stores, and read by all staff', async () => {
    const analyst = await shop.staff('analyst');
    expect((await post('/v1/products', [item('w1')], analyst.token)).status).toBe(403);
    expect((await get('/v1/products?limit=1', analyst.token)).status).toBe(200);
    const admin = await staffIn(['stocked'], 'admin');
    const { body } = await post(
      '/v1/stock',
      ['stocked', 'whole'].map((storeId) => ({ storeId, productId: 'p1', available: true })),
      admin,
    );
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'unknown-store' }] });
  });

  it('makes every write known', async () => {
    const versions = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        (
          await shop.database.query<{ name: string; version: number }>('SELECT name, version FROM published')
        ).map(({ name, version }) => [name, version]),
      );
    const { catalogue: products = 0, stock = 0 } = await versions();
    await post('/v1/products', [item('v1')]);
    await post('/v1/stock', [{ storeId: 'stocked', productId: 'v1', available: 1 }]);
    await post('/v1/stock', [{ storeId: 'nowhere', productId: 'v1', available: 1 }]);
    expect(await versions()).toMatchObject({ catalogue: products + 1, stock: stock + 1 });
  });
});
