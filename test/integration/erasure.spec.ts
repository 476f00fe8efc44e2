import { randomUUID } from 'node:crypto';
import { ErasureWorker } from '../../src/privacy/erasure/erasure.worker.js';
import { Reapply } from '../../src/privacy/index.js';
import { register } from '../../src/privacy/register/index.js';
import { CornerShop, coffeeGreeting, type Person } from '../support/corner-shop.js';
import { plant, type Planted } from '../support/planted.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import type { Phone } from '../support/shoppers-phone.js';
import { dumpOfPostgres, dumpOfRedis } from '../support/traces.js';
import { until } from '../support/until.js';

/** What stays of planted rows: the books by their numbers, and what a report counts by. */
const IN_THE_BOOKS = new Set([
  'purchase_lines.purchase_id',
  'purchase_lines.product_id',
  'purchase_lines.currency',
  'purchase_lines.coupon_code',
  'purchases.purchase_id',
  'purchases.store_id',
  'redemptions.code',
  'redemptions.purchase_id',
  'redemptions.store_id',
  'redemptions.currency',
  'redemptions.basket',
  'coupons.code',
  'coupons.store_id',
  'coupons.reward',
  'coupons.qualifies',
  'decisions.store_id',
  'decisions.on_trigger',
  'decisions.reason',
  'deliveries.store_id',
  'deliveries.categories',
  'consent_history.policy_version',
  'consent_history.purpose',
  'consent_history.actor',
  'audit_log.action',
  'import_rejections.code',
]);

/** Two lives, an import and two dumps take seconds, and minutes where others fill the machine. */
const MINUTES = 240_000;

const said: string[] = [];
let shop: Shop;
let corner: CornerShop;
let gateway: string;

beforeAll(async () => {
  shop = await startShop({ LOG_LEVEL: 'debug' }, { write: (line) => said.push(line) });
  corner = await CornerShop.open(shop);
  gateway = await shop.key('gateway', 'corner');
});
afterAll(async () => {
  corner.close();
  await shop.stop();
});

const as = (): { as: string } => ({ as: shop.serviceKey });
const erasure = (erasureId: string): Promise<Reply> => shop.call('GET', `/v1/erasures/${erasureId}`, as());
const isOver = ({ body }: Reply): boolean => body.state === 'done' || body.state === 'failed';
const isDone = ({ body }: Reply): boolean => body.state === 'done';

/** A shopper of whom every door has heard something that only they would say. */
async function lived(
  shopperId: string,
  mark: string,
): Promise<{ person: Person; phone: Phone; marks: string[] }> {
  const person = await corner.person(shopperId, ['location', 'profiling', 'push', 'clienteling']);
  const tag = person.tag;
  const profile = {
    displayName: `${mark}-name`,
    householdId: `${mark}-household`,
    attributes: { hobby: `${mark}-hobby` },
    acquisition: { channel: `${mark}-channel`, at: '2026-01-01T00:00:00Z' },
    assignedAssociate: `${mark}-associate`,
    carries: [tag],
  };
  await shop.call('PUT', `/v1/shoppers/${shopperId}`, { ...as(), body: profile });
  const own = { as: person.token };
  await shop.call('PUT', '/v1/me/devices/phone', {
    ...own,
    body: { platform: 'ios', pushToken: `${mark}-push`, appVersion: `${mark}-app` },
  });
  await shop.call('PUT', '/v1/me/preferences', { ...own, body: { mutedCategories: [`${mark}-muted`] } });
  await shop.call('PUT', '/v1/me/consents/push', {
    ...own,
    body: { granted: true, policyVersion: '2', source: `${mark}-source` },
  });
  await corner.buys(person, 'melitta-filters', { daysAgo: [60, 30] });
  await shop.call('POST', '/v1/interactions', {
    ...as(),
    body: [
      {
        interactionId: `${mark}-interaction`,
        shopperId,
        type: 'viewed',
        at: new Date().toISOString(),
        channel: 'app',
      },
    ],
  });
  await shop.call('POST', '/v1/me/feedback', { ...own, body: { text: `${mark}-feedback` } });
  const phone = await corner.phoneOf(person);
  await corner.walkTo(person, 'coffee');
  const offer = await phone.nextOffer(30_000);
  const rated = { type: 'rated', rating: 5, comment: `${mark}-comment` };
  await shop.call('POST', `/v1/me/offers/${offer.deliveryId}/events`, { ...own, body: rated });
  const redeemed = await corner.redeem(offer.couponCode ?? '', [
    { productId: 'melitta-filters', quantity: 1 },
  ]);
  expect(redeemed.status).toBe(200);
  return { person, phone, marks: [mark, shopperId, tag, tag.slice('mac:'.length)] };
}

describe('somebody who is erased', () => {
  let erased: Person;
  let marks: string[];
  let erasureId: string;
  let bystander: Person;

  beforeAll(async () => {
    await corner.offer(coffeeGreeting({ reward: { type: 'percentOff', value: 15 } }));
    await shop.call('POST', '/v1/stores/corner/recordings', { ...as(), body: { minutes: 5 } });
    const alias = await corner.person('ada-before');
    const life = await lived('ada-erased', 'c4n4ry');
    erased = life.person;
    marks = [...life.marks, 'ada-before', alias.tag];
    await shop.call('POST', '/v1/shoppers/ada-erased/merge', { ...as(), body: { from: 'ada-before' } });
    bystander = (await lived('bea-stays', 'byst4nder')).person;
    const referral = {
      interactionId: 'referral',
      shopperId: bystander.shopperId,
      type: 'referred',
      referredShopperId: erased.shopperId,
      at: new Date().toISOString(),
      channel: 'app',
    };
    await shop.call('POST', '/v1/interactions', { ...as(), body: [referral] });
    const file = await shop.call('POST', '/v1/imports?type=shoppers', {
      ...as(),
      headers: { 'content-type': 'text/csv' },
      body: 'shopperId,birthday\nada-erased,not-a-day-c4n4ry\n',
    });
    await until(() => shop.call('GET', `/v1/imports/${file.body.importId as string}`, as()), isOver, 60_000);
    const before = `${await dumpOfPostgres(shop)}\n${await dumpOfRedis(shop)}`;
    for (const mark of marks) expect(before).toContain(mark);

    const asked = await shop.call('DELETE', '/v1/shoppers/ada-erased', as());
    expect(asked.status).toBe(202);
    erasureId = asked.body.erasureId as string;
    await life.phone.hungUp;
  }, MINUTES);

  it('is nobody at once: no token, no profile, no new life', async () => {
    expect((await shop.call('GET', '/v1/me', { as: erased.token })).status).toBe(401);
    expect((await shop.call('GET', '/v1/me', { as: await shop.shopperToken('ada-before') })).status).toBe(
      401,
    );
    expect((await shop.call('GET', '/v1/shoppers/ada-erased', as())).status).toBe(404);
    const again = await shop.call('PUT', '/v1/shoppers/ada-erased', { ...as(), body: {} });
    expect([again.status, again.body.code]).toEqual([409, 'erased']);
    const bulk = await shop.call('POST', '/v1/shoppers', {
      ...as(),
      body: [{ shopperId: 'ada-before' }, { shopperId: 'new' }],
    });
    expect(bulk.body).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'erased' }] });
    const consent = {
      shopperId: 'ada-erased',
      purpose: 'location',
      granted: true,
      policyVersion: '1',
      source: 'x',
    };
    const said = await shop.call('POST', '/v1/consents', { ...as(), body: [consent] });
    expect(said.body).toMatchObject({ accepted: 0, rejected: [{ index: 0, code: 'unknown-shopper' }] });
  });

  it('is the same erasure when asked for again', async () => {
    for (const id of ['ada-erased', 'ada-before']) {
      const again = await shop.call('DELETE', `/v1/shoppers/${id}`, as());
      expect([again.status, again.body]).toEqual([202, { erasureId }]);
    }
    expect((await shop.call('DELETE', '/v1/shoppers/nobody', as())).status).toBe(404);
    expect((await erasure(randomUUID())).status).toBe(404);
  });

  it('is nowhere any more: not in Postgres, not in Redis, not in the log', async () => {
    await until(() => erasure(erasureId), isDone, 40_000);
    const [postgres, redis] = [await dumpOfPostgres(shop), await dumpOfRedis(shop)];
    for (const mark of marks) {
      expect(linesWith(postgres, mark)).toEqual([]);
      expect(linesWith(redis, mark)).toEqual([]);
      expect(linesWith(said.join(''), mark)).toEqual([]);
    }
  });

  it('leaves the books: what was bought and redeemed, without whom', async () => {
    const [books] = await shop.database.query(
      `SELECT (SELECT count(*) FROM purchases WHERE shopper_id = '~erased') AS purchases,
              (SELECT count(*) FROM redemptions JOIN coupons USING (code) WHERE shopper_id = '~erased') AS redemptions,
              (SELECT count(*) FROM decisions WHERE shopper_id = '~erased' AND considered = '[]') AS decisions,
              (SELECT count(*) FROM deliveries WHERE shopper_id = '~erased' AND offer = '{}') AS deliveries`,
    );
    expect(books).toMatchObject({ purchases: 2, redemptions: 1, deliveries: 1 });
    expect((books as { decisions: number }).decisions).toBeGreaterThan(0);
  });

  it('takes nothing from others', async () => {
    const view = await shop.call('GET', `/v1/shoppers/${bystander.shopperId}`, as());
    expect(view.body.recent.purchases).toHaveLength(2);
    expect(await dumpOfPostgres(shop)).toContain('byst4nder-comment');
    const [referral] = await shop.database.query(
      `SELECT referred_shopper_id AS whom FROM interactions WHERE interaction_id = 'referral'`,
    );
    expect(referral).toEqual({ whom: null });
  });

  it('is not brought back by what comes late', async () => {
    const purchase = {
      purchaseId: randomUUID(),
      shopperId: 'ada-erased',
      channel: 'online',
      purchasedAt: new Date().toISOString(),
      lines: [{ productId: 'melitta-filters', quantity: 1 }],
    };
    const bought = await shop.call('POST', '/v1/purchases', { ...as(), body: [purchase] });
    expect(bought.body).toMatchObject({ accepted: 0, rejected: [{ code: 'unknown-shopper' }] });
    const sightings = [{ gatewayId: 'gw-coffee', beaconId: erased.tag, rssiDbm: -50 }];
    const heard = await shop.call('POST', '/v1/sightings', { as: gateway, body: { sightings } });
    expect(heard.status).toBe(202);
    const file = await shop.call('POST', '/v1/imports?type=purchases', {
      ...as(),
      headers: { 'content-type': 'text/csv' },
      body: 'shopper_id,purchased_at,basket_id,product_id\nada-erased,2026-05-01,late,melitta-filters\n',
    });
    const path = `/v1/imports/${file.body.importId as string}`;
    const read = await until(() => shop.call('GET', path, as()), isOver, 20_000);
    expect(read.body).toMatchObject({ state: 'done', rows: 1, accepted: 0, rejected: { count: 1 } });
    const rejected = await shop.database.query(
      'SELECT code, row FROM import_rejections WHERE import_id = $1',
      [file.body.importId],
    );
    expect(rejected).toEqual([{ code: 'erased', row: '' }]);
    const checkIn = { storeId: 'corner', method: 'qr' };
    expect((await shop.call('POST', '/v1/checkins', { as: erased.token, body: checkIn })).status).toBe(401);
    expect(linesWith(await dumpOfPostgres(shop), 'ada-erased')).toEqual([]);
  });
});

describe('a backup from before an erasure', () => {
  it('is restored without those who were erased since: the tombstones kept beside it find them', async () => {
    const kept = await shop.get(Reapply).list();
    // What a restore does: the person is there again, and nobody knows that they were erased.
    await shop.database.run('DELETE FROM erased_shoppers');
    await shop.database.run("INSERT INTO shoppers (shopper_id, display_name) VALUES ('ada-erased', 'Ada')");
    const admin = { kind: 'staff', staffId: randomUUID(), roles: ['admin'], storeIds: [] } as never;
    expect(await shop.get(Reapply).run(kept, admin)).toEqual({ tombstones: kept.length, erased: 1 });
    expect((await shop.call('GET', '/v1/shoppers/ada-erased', as())).status).toBe(404);
    expect(await shop.get(Reapply).list()).toEqual(kept);
    expect(linesWith(await dumpOfPostgres(shop), 'ada-before')).toEqual([]);
  });
});

describe('every column', () => {
  it('that is personal is empty or in the books after an erasure by the shopper, also one cut short', async () => {
    const [name] = await shop.database.query<{ db: string }>('SELECT current_database() AS db');
    const url = new URL(process.env['TEST_DATABASE_URL'] ?? '');
    url.pathname = `/${name?.db}`;
    const planted = await plant(url.href, 'planted-person');
    const token = await shop.shopperToken('planted-person');
    const { status, body } = await shop.call('DELETE', '/v1/me', { as: token });
    expect(status).toBe(202);
    const erasureId = body.erasureId as string;
    // As after a kill: the same event comes again, to another worker, while the first is at it.
    await Promise.all([1, 2].map(() => shop.get(ErasureWorker).handle({ erasureId })));
    await until(() => erasure(erasureId), isDone, 40_000);
    const dump = await dumpOfPostgres(shop);
    expect(linesWith(dump, 'planted-person')).toEqual([]);
    const rowsOf = byTable(dump);
    const left = planted.filter(
      (each) => isPersonalText(each) && isIn(rowsOf.get(each.table) ?? [], each) && !isKept(each),
    );
    expect(left.map(({ table, column }) => `${table}.${column}`)).toEqual([]);
  });
});

function isPersonalText({ table, column, value }: Planted): boolean {
  return register[table]?.columns[column]?.personal === true && JSON.stringify(value).includes('canary');
}

function byTable(dump: string): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  for (const line of dump.split('\n')) {
    const table = /^public\.(\w+) /.exec(line)?.[1];
    if (table !== undefined) rows.set(table, [...(rows.get(table) ?? []), line]);
  }
  return rows;
}

function isIn(rows: readonly string[], { value }: Planted): boolean {
  const text =
    /canary[\w-]*/.exec(Buffer.isBuffer(value) ? value.toString() : JSON.stringify(value))?.[0] ?? '';
  return rows.some((line) => line.includes(text));
}

function isKept({ table, column }: Planted): boolean {
  return IN_THE_BOOKS.has(`${table}.${column}`);
}

function linesWith(dump: string, mark: string): string[] {
  return dump.split('\n').filter((line) => line.includes(mark));
}
