import { DataSource } from 'typeorm';
import { Published } from '../../src/platform/index.js';
import { LiveOffers } from '../../src/offers/index.js';
import type { OfferId } from '../../src/shared/index.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

/** The smallest offer there is; whatever a test is about is laid over it. */
const offer = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'Coffee filters running out',
  kind: 'message',
  trigger: { on: ['zoneEntered'] },
  content: { default: { title: 'Running low?', body: '{{product.name}} is in {{zone.name}}' } },
  ...more,
});

interface Shown {
  offerId: string;
  revision: number;
  state: string;
  action: string;
}
const itemsOf = ({ body }: Reply): Shown[] => body.items as Shown[];
const idsOf = (reply: Reply): string[] => itemsOf(reply).map(({ offerId }) => offerId);

const HOUR_MS = 3_600_000;
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();

/** Check 27 of docs/security.md. */
describe('offers', () => {
  let shop: Shop;
  let marketer: string;
  let approver: string;
  let admin: string;

  beforeAll(async () => {
    // Without a worker, what is written to the outbox stays to be seen.
    shop = await startShop({ ROLE: 'api' });
    [marketer, approver, admin] = (await Promise.all(
      (['marketer', 'approver', 'admin'] as const).map(async (role) => (await shop.staff(role)).token),
    )) as [string, string, string];
  });
  afterAll(() => shop.stop());

  const write = async (more?: Record<string, unknown>, as = marketer): Promise<Reply> => {
    const reply = await shop.call('POST', '/v1/offers', { as, body: offer(more) });
    expect(reply).toMatchObject({ status: 201 });
    return reply;
  };
  const draft = async (more?: Record<string, unknown>, as?: string): Promise<string> => {
    const { body } = await write(more, as);
    return body.offerId as string;
  };
  const act = (offerId: string, action: string, as: string, body?: unknown): Promise<Reply> =>
    shop.call('POST', `/v1/offers/${offerId}/${action}`, { as, body });
  const read = (offerId: string): Promise<Reply> => shop.call('GET', `/v1/offers/${offerId}`, { as: admin });
  const patch = (offerId: string, body: unknown, etag: string, as = marketer): Promise<Reply> =>
    shop.call('PATCH', `/v1/offers/${offerId}`, { as, body, headers: { 'if-match': etag } });
  const goLive = async (more?: Record<string, unknown>): Promise<string> => {
    const offerId = await draft(more);
    expect(await act(offerId, 'submit', marketer)).toMatchObject({
      status: 200,
      body: { status: 'inReview' },
    });
    expect(await act(offerId, 'approve', approver)).toMatchObject({ status: 200 });
    return offerId;
  };
  const liveRevision = (offerId: string): number | undefined =>
    shop.get(LiveOffers).snapshot.offers.find((each) => each.offerId === offerId)?.revision;

  it('answers a new offer with its place, its tag and every default', async () => {
    const reply = await write();
    expect(reply.headers.get('location')).toBe(`/v1/offers/${reply.body.offerId}`);
    expect(reply.headers.get('etag')).toBe('"1"');
    expect(reply.body).toMatchObject({
      status: 'draft',
      revision: 1,
      liveRevision: null,
      pendingRevision: { revision: 1, state: 'draft' },
      eligibility: { combinator: 'and', rules: [] },
      reward: { type: 'none' },
      limits: { perShopper: [], ignoresGlobalCaps: false, countsTowardGlobalCaps: true },
      priority: 50,
      holdoutShare: 0,
      expiresInSeconds: 1800,
      tags: [],
    });
    expect((await read(reply.body.offerId as string)).body).toEqual(reply.body);
  });

  it('takes the offer of the contract as it is written there', async () => {
    const reply = await write({
      kind: 'replenishment',
      trigger: {
        on: ['zoneEntered'],
        storeIds: [],
        zoneIds: [],
        zoneKinds: [],
        categories: [],
        dwellSeconds: 20,
      },
      target: { productIds: [], categories: ['coffee filters'], fromBrand: null, toProductIds: [] },
      reward: { type: 'percentOff', value: 15, maxDiscount: { amount: 200, currency: 'EUR' } },
      schedule: {
        startsAt: null,
        endsAt: null,
        daysOfWeek: [1, 2, 3, 4, 5],
        hours: { from: '09:00', to: '20:00' },
      },
      limits: {
        perShopper: [
          { max: 1, per: 'visit' },
          { max: 2, per: '30d' },
          { max: 1, per: 'calendar-day' },
        ],
        total: 5000,
        perStore: 500,
        budget: { amount: 250000, currency: 'EUR', per: 'campaign' },
        ignoresGlobalCaps: false,
        countsTowardGlobalCaps: true,
      },
      exclusionGroup: 'coffee',
      tags: ['grocery'],
    });
    expect(reply.body.schedule.hours).toEqual({ from: '09:00', to: '20:00' });
  });

  it('names every place that is wrong', async () => {
    const wrong = offer({
      reward: { type: 'percentOff', value: 10 },
      limits: { budget: { amount: 100, currency: 'EUR', per: 'day' } },
      content: { default: { title: 'Hi {{shopper.email}}', body: 'x' } },
    });
    const reply = await shop.call('POST', '/v1/offers', { as: marketer, body: wrong });
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(reply.body.errors).toContainEqual(
      expect.objectContaining({ path: 'content.default.title', code: 'unknown-variable' }),
    );
    const rule = { combinator: 'and', rules: [{ field: 'shopper.shoeSize', operator: '=', value: 43 }] };
    const unruly = await shop.call('POST', '/v1/offers', {
      as: marketer,
      body: offer({ eligibility: rule }),
    });
    expect(unruly.status).toBe(400);
    expect(unruly.body.errors[0].path).toBe('eligibility.rules[0].field');
    const vain = ['<', '>'].map((operator) => ({ field: 'time.hour', operator, value: 12 }));
    const inVain = await shop.call('POST', '/v1/offers', {
      as: marketer,
      body: offer({ eligibility: { combinator: 'and', rules: vain } }),
    });
    expect(inVain).toMatchObject({
      status: 201,
      body: { warnings: [{ path: 'eligibility', code: 'never-holds' }] },
    });
    const unknown = await shop.call('POST', '/v1/offers', { as: marketer, body: offer({ colour: 'red' }) });
    expect(unknown).toMatchObject({ status: 400, body: { code: 'unknown-field' } });
  });

  it('goes live when another than its author approves it, and is in memory when the answer comes', async () => {
    const offerId = await draft();
    expect((await act(offerId, 'approve', approver)).body.code).toBe('wrong-state');
    await act(offerId, 'submit', marketer);
    expect(await act(offerId, 'approve', marketer)).toMatchObject({ status: 403 });
    expect(liveRevision(offerId)).toBeUndefined();
    const live = await act(offerId, 'approve', approver);
    expect(live).toMatchObject({ status: 200, body: { status: 'live', liveRevision: 1 } });
    expect(live.body.pendingRevision).toBeUndefined();
    expect(liveRevision(offerId)).toBe(1);
  });

  it('lets nobody approve what they wrote, neither an admin nor a service key', async () => {
    for (const author of [admin, shop.serviceKey]) {
      const offerId = await draft({}, author);
      await act(offerId, 'submit', author);
      expect(await act(offerId, 'approve', author)).toMatchObject({
        status: 403,
        body: { code: 'own-offer' },
      });
      expect((await act(offerId, 'approve', approver)).status).toBe(200);
    }
  });

  it('keeps the live revision until the next one is approved', async () => {
    const offerId = await goLive();
    const before = await read(offerId);
    const edited = await patch(offerId, { priority: 90 }, before.headers.get('etag')!);
    expect(edited.body).toMatchObject({
      status: 'live',
      priority: 90,
      liveRevision: 1,
      pendingRevision: { revision: 2, state: 'draft' },
    });
    expect(liveRevision(offerId)).toBe(1);
    expect((await act(offerId, 'submit', marketer)).body.status).toBe('live');
    expect(liveRevision(offerId)).toBe(1);
    expect((await act(offerId, 'approve', approver)).body.liveRevision).toBe(2);
    expect(liveRevision(offerId)).toBe(2);
    const back = await act(offerId, 'rollback', approver);
    expect(back.body).toMatchObject({ status: 'live', liveRevision: 1, priority: 50 });
    expect(liveRevision(offerId)).toBe(1);
    const revisions = await shop.call('GET', `/v1/offers/${offerId}/revisions`, { as: marketer });
    expect(itemsOf(revisions).map(({ revision, state }) => [revision, state])).toEqual([
      [2, 'approved'],
      [1, 'approved'],
    ]);
  });

  it('sends a rejected offer back to its author with the comment', async () => {
    const offerId = await draft();
    await act(offerId, 'submit', marketer);
    const reply = await act(offerId, 'reject', approver, { comment: 'too loud' });
    expect(reply.body).toMatchObject({
      status: 'draft',
      pendingRevision: { state: 'rejected', comment: 'too loud' },
    });
    expect((await act(offerId, 'submit', marketer)).body.status).toBe('inReview');
  });

  it('asks a change to name the version it saw', async () => {
    const offerId = await draft();
    const blind = await shop.call('PATCH', `/v1/offers/${offerId}`, { as: marketer, body: { priority: 1 } });
    expect(blind.status).toBe(428);
    expect((await patch(offerId, { priority: 1 }, '"1"')).status).toBe(200);
    expect((await patch(offerId, { priority: 2 }, '"1"')).status).toBe(412);
    const wrong = await patch(offerId, { priority: 101 }, '"2"');
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ path: 'priority' }] } });
    expect((await patch(offerId, { colour: 'red' }, '"2"')).body.code).toBe('unknown-field');
    expect((await patch(offerId, { priority: null }, '"2"')).body.priority).toBe(50);
  });

  it('lets one of many changes at once win', async () => {
    const offerId = await draft();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, priority) => patch(offerId, { priority }, '"1"')),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 412)).toHaveLength(19);
  });

  it('takes a paused offer out of memory, and says so durably', async () => {
    const offerId = await goLive();
    expect((await act(offerId, 'pause', marketer)).body.status).toBe('paused');
    expect(liveRevision(offerId)).toBeUndefined();
    expect(await act(offerId, 'pause', marketer)).toMatchObject({
      status: 409,
      body: { code: 'wrong-state' },
    });
    expect((await act(offerId, 'resume', marketer)).body.status).toBe('live');
    expect(liveRevision(offerId)).toBe(1);
    expect((await act(offerId, 'archive', marketer)).body.status).toBe('archived');
    expect(liveRevision(offerId)).toBeUndefined();
    const stops = await shop.database.query(
      `SELECT 1 FROM outbox WHERE event = 'offer.stopped' AND payload ->> 'offerId' = $1`,
      [offerId],
    );
    expect(stops).toHaveLength(2);
    const audit = await shop.call('GET', `/v1/audit?subject=offer:${offerId}`, { as: admin });
    expect(itemsOf(audit).map(({ action }) => action)).toEqual([
      'offer.archived',
      'offer.resumed',
      'offer.paused',
      'offer.approved',
      'offer.submitted',
      'offer.created',
    ]);
  });

  it('begins and ends with its schedule, without anybody being there', async () => {
    const later = await goLive({ schedule: { startsAt: inHours(1), endsAt: inHours(2) } });
    const { status } = (await read(later)).body;
    expect(status).toBe('scheduled');
    const snapshot = shop.get(LiveOffers).snapshot;
    const at = (hours: number) =>
      ({ on: 'zoneEntered', storeId: 's', at: Date.now() + hours * HOUR_MS }) as never;
    const candidates = (hours: number) => snapshot.candidatesFor(at(hours)).map((each) => each.offerId);
    expect(candidates(0)).not.toContain(later);
    expect(candidates(1.5)).toContain(later);
    expect(candidates(2.5)).not.toContain(later);

    const soon = await goLive({ schedule: { endsAt: new Date(Date.now() + 1_500).toISOString() } });
    await until(
      async () => (await read(soon)).body.status as string,
      (shown) => shown === 'ended',
    );
    const listed = async (wanted: string): Promise<string[]> =>
      idsOf(await shop.call('GET', `/v1/offers?limit=200&status=${wanted}`, { as: marketer }));
    expect(await listed('ended')).toContain(soon);
    expect(await listed('live')).not.toContain(soon);
    expect(await listed('scheduled')).toEqual([later]);
    const past = offer({ schedule: { endsAt: inHours(-1) } });
    const refused = await shop.call('POST', '/v1/offers', { as: marketer, body: past });
    expect(refused).toMatchObject({ status: 400, body: { code: 'schedule-ended' } });
    expect((refused.body.errors as { path: string }[])[0]?.path).toBe('schedule.endsAt');
  });

  it('lists page by page, each offer once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const place: string = cursor === null ? '' : `&cursor=${cursor}`;
      const reply = await shop.call('GET', `/v1/offers?limit=3${place}`, { as: approver });
      seen.push(...idsOf(reply));
      cursor = reply.body.nextCursor as string | null;
    } while (cursor !== null);
    const kept = await shop.database.query('SELECT 1 FROM offers');
    expect(new Set(seen).size).toBe(kept.length);
    expect(seen).toHaveLength(kept.length);
    expect([...seen].sort().reverse()).toEqual(seen);
    expect((await shop.call('GET', '/v1/offers?cursor=WyJ4Il0', { as: approver })).status).toBe(400);
  });

  it('keeps others out', async () => {
    const shopper = await shop.shopperToken('anna');
    const associate = (await shop.staff('associate')).token;
    const analyst = (await shop.staff('analyst')).token;
    const offerId = await draft();
    expect((await shop.call('GET', `/v1/offers/${offerId}`)).status).toBe(401);
    for (const as of [shopper, associate]) {
      expect((await shop.call('GET', `/v1/offers/${offerId}`, { as })).status).toBe(403);
    }
    expect((await shop.call('GET', `/v1/offers/${offerId}`, { as: analyst })).status).toBe(200);
    for (const as of [analyst, approver]) {
      expect((await shop.call('POST', '/v1/offers', { as, body: offer() })).status).toBe(403);
    }
    expect((await act('01900000-0000-7000-8000-000000000000', 'submit', marketer)).status).toBe(404);
  });

  it('shows staff of one store only the offers that are made there', async () => {
    const restricted = await shop.staff('marketer');
    await shop.call('PATCH', `/v1/staff/${restricted.staffId}`, { as: admin, body: { storeIds: ['north'] } });
    const here = await draft({ trigger: { on: ['checkedIn'], storeIds: ['north'] } });
    const there = await draft({ trigger: { on: ['checkedIn'], storeIds: ['south'] } });
    const everywhere = await draft();
    const as = restricted.token;
    expect((await shop.call('GET', `/v1/offers/${there}`, { as })).status).toBe(404);
    const ids = idsOf(await shop.call('GET', '/v1/offers?limit=200', { as }));
    expect(ids).toEqual(expect.arrayContaining([here, everywhere]));
    expect(ids).not.toContain(there);
    expect((await act(here, 'submit', as)).status).toBe(200);
    expect((await act(there, 'submit', as)).status).toBe(404);
    expect((await act(everywhere, 'submit', as)).status).toBe(403);
  });

  it('knows the catalogue: brands to leave, products to lead to, and what is out of stock', async () => {
    const products = [
      {
        productId: 'own',
        name: 'House flakes',
        brand: 'House',
        ownBrand: true,
        category: 'cereals',
        price: { amount: 199, currency: 'EUR' },
        equivalenceGroup: 'cornflakes',
      },
      {
        productId: 'national',
        name: 'Crunchers',
        brand: 'Crunch',
        ownBrand: false,
        category: 'cereals',
        price: { amount: 349, currency: 'EUR' },
        equivalenceGroup: 'cornflakes',
      },
    ];
    const offerId = await goLive({
      kind: 'brandSwitch',
      target: { productIds: ['national'], toProductIds: ['own'] },
    });
    expect((await shop.call('POST', '/v1/products', { as: shop.serviceKey, body: products })).status).toBe(
      200,
    );
    const live = () => shop.get(LiveOffers).snapshot.offers.find((each) => each.offerId === offerId)!;
    expect(live().target.equivalenceGroups).toEqual(['cornflakes']);
    expect(live().target.products.map(({ name }) => name)).toEqual(['House flakes']);
    const layout = {
      name: 'North',
      timeZone: 'Europe/Paris',
      currency: 'EUR',
      zones: [],
      gateways: [],
      beacons: [],
    };
    expect(
      (await shop.call('PUT', '/v1/stores/north', { as: shop.serviceKey, body: layout })).status,
    ).toBeLessThan(300);
    const stock = [{ storeId: 'north', productId: 'own', available: 0 }];
    expect((await shop.call('POST', '/v1/stock', { as: shop.serviceKey, body: stock })).body.accepted).toBe(
      1,
    );
    const { snapshot } = shop.get(LiveOffers);
    expect(snapshot.stockOf('north' as never, 'own' as never)).toBe(false);
    expect(snapshot.stockOf('south' as never, 'own' as never)).toBe(true);
  });

  it('is in the memory of a process that no hint reached', async () => {
    const offerId = await draft();
    await act(offerId, 'submit', marketer);
    expect(liveRevision(offerId)).toBeUndefined();
    // As another process writes it, whose hint is lost.
    await shop.database.transaction(async (tx) => {
      await tx.run("UPDATE offers SET status = 'live', live_revision = 1 WHERE offer_id = $1", [offerId]);
      await tx.run("UPDATE published SET version = version + 1 WHERE name = 'offers'");
    });
    await until(
      () => liveRevision(offerId),
      (revision) => revision === 1,
    );
  });

  it('says that it has not the newest, and gets the others all the same', async () => {
    const ready = async (): Promise<unknown> => (await shop.call('GET', '/readyz')).body;
    const published = shop.get(Published);
    let isBroken = false;
    let others = 0;
    await published.subscribe('offers', () =>
      isBroken ? Promise.reject(new Error('no document')) : Promise.resolve(),
    );
    await published.subscribe('offers', () => {
      others += 1;
      return Promise.resolve();
    });
    expect(await ready()).toMatchObject({ checks: { published: 'ok' } });
    isBroken = true;
    const before = others;
    const offerId = await goLive();
    expect(await ready()).toMatchObject({ status: 'notReady', checks: { published: 'failing' } });
    expect(others).toBeGreaterThan(before);
    expect(liveRevision(offerId)).toBe(1);
    isBroken = false;
    await until(ready, (body) => (body as { status: string }).status === 'ready');
  });

  it('keeps who did what and when, before and after, and lets nobody change it', async () => {
    const offerId = await goLive();
    await act(offerId, 'pause', marketer);
    const { body } = await shop.call('GET', `/v1/audit?subject=offer:${offerId}&limit=1`, { as: admin });
    const [entry] = body.items as [Record<string, unknown>];
    expect(entry).toMatchObject({
      action: 'offer.paused',
      before: { status: 'live', liveRevision: 1 },
      after: { status: 'paused', liveRevision: 1 },
    });
    expect(String(entry['actor'])).toMatch(/^staff:/);
    expect(Date.parse(String(entry['at']))).not.toBeNaN();
    for (const attempt of [
      "UPDATE audit_log SET actor = 'nobody'",
      'DELETE FROM audit_log',
      'TRUNCATE audit_log',
    ]) {
      await expect(shop.database.run(attempt)).rejects.toThrow(/append-only/);
    }
  });

  it('tries a draft beside what is live', async () => {
    const offerId = await draft({ trigger: { on: ['zoneDwelled'], dwellSeconds: 77 } });
    const live = shop.get(LiveOffers);
    const tried = await live.withDrafts([offerId as OfferId]);
    expect(tried.dwellSeconds).toContain(77);
    expect(live.snapshot.dwellSeconds).not.toContain(77);
  });

  it('is described in OpenAPI', async () => {
    const { body } = await shop.call('GET', '/openapi.json');
    const { post } = body.paths['/v1/offers'];
    const { required } = post.requestBody.content['application/json'].schema;
    expect(required).toEqual(['name', 'kind', 'trigger', 'content']);
    expect(post.responses['201'].content['application/json'].schema.properties.status.enum).toHaveLength(7);
  });

  it('has entities that equal its tables', async () => {
    const { upQueries } = await shop.get(DataSource).driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query).filter((query) => query.includes('offer'))).toEqual([]);
  });

  it('says what rules may ask, and what one says in words', async () => {
    const fields = await shop.call('GET', '/v1/rule-fields', { as: marketer });
    expect(fields.body.items[0]).toMatchObject({ field: expect.any(String), operators: expect.any(Array) });
    const check = (rule: unknown): Promise<Reply> =>
      shop.call('POST', '/v1/rules/validate', { as: marketer, body: { rule } });
    const good = await check({ combinator: 'and', rules: [] });
    expect(good.body).toEqual({ valid: true, errors: [], warnings: [], explained: 'always' });
    const vain = await check({
      combinator: 'and',
      rules: ['<', '>'].map((operator) => ({ field: 'time.hour', operator, value: 12 })),
    });
    expect(vain.body).toMatchObject({ valid: true, warnings: [{ path: 'rule', code: 'never-holds' }] });
    const bad = await check({ combinator: 'and', rules: [{ field: 'nothing', operator: '=', value: 1 }] });
    expect(bad.body).toMatchObject({
      valid: false,
      explained: null,
      errors: [{ path: 'rule.rules[0].field' }],
    });
  });
});
