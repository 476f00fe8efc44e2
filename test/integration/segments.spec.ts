import { randomUUID } from 'node:crypto';
import { serialize } from 'node:v8';
import { ShopperViews, Upkeep } from '../../src/insights/index.js';
import { Clock } from '../../src/platform/index.js';
import { DAY_MS, type ShopperId, type ShopperView } from '../../src/shared/index.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { twin } from '../support/twin.js';
import { until } from '../support/until.js';

let shop: Shop;
let admin: string;
const zone = { zoneId: 'all', name: 'All', kind: 'aisle', categories: [] };

beforeAll(async () => {
  shop = await startShop({ HOLIDAYS: '12-25' });
  ({ token: admin } = await shop.staff('admin'));
  const store = {
    name: 'North',
    timeZone: 'Europe/Paris',
    currency: 'EUR',
    zones: [zone],
    gateways: [],
    beacons: [],
  };
  await shop.call('PUT', '/v1/stores/north', { as: shop.serviceKey, body: store });
  await shop.call('POST', '/v1/products', {
    as: shop.serviceKey,
    body: [
      product('flakes-a', 'Kellogg’s', false, 'cereals', 'cornflakes'),
      product('flakes-b', 'Ours', true, 'cereals', 'cornflakes'),
      product('milk', 'Dairy', false, 'milk'),
      product('tea', 'Leaf', false, 'tea'),
    ],
  });
});
afterAll(() => shop.stop());

function product(productId: string, brand: string, ownBrand: boolean, category: string, group?: string) {
  const price = { amount: 500, currency: 'EUR' };
  return {
    productId,
    name: productId,
    brand,
    ownBrand,
    category,
    price,
    ...(group && { equivalenceGroup: group }),
  };
}

async function shopper(profile: object = {}, profiling = true): Promise<ShopperId> {
  const shopperId = `s-${randomUUID()}` as ShopperId;
  await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as: shop.serviceKey, body: profile });
  if (profiling) await consent(shopperId, true);
  return shopperId;
}

function consent(shopperId: ShopperId, granted: boolean, purpose = 'profiling'): Promise<Reply> {
  const said = { granted, policyVersion: '1', source: 'test', at: new Date().toISOString() };
  return shop.call('PUT', `/v1/shoppers/${shopperId}/consents/${purpose}`, {
    as: shop.serviceKey,
    body: said,
  });
}

interface Line {
  productId: string;
  quantity?: number;
  amount?: number;
  discount?: number;
}

async function buys(shopperId: ShopperId, daysAgo: number, lines: readonly Line[], more = {}): Promise<void> {
  const eur = (amount: number) => ({ amount, currency: 'EUR' });
  const purchase = {
    purchaseId: randomUUID(),
    shopperId,
    storeId: 'north',
    channel: 'store',
    purchasedAt: new Date(Date.now() - daysAgo * DAY_MS).toISOString(),
    lines: lines.map(({ productId, quantity = 1, amount, discount }) => ({
      productId,
      quantity,
      ...(amount !== undefined && { unitPrice: eur(amount) }),
      ...(discount !== undefined && { discount: eur(discount) }),
    })),
    ...more,
  };
  const { body } = await shop.call('POST', '/v1/purchases', { as: shop.serviceKey, body: [purchase] });
  expect(body).toMatchObject({ accepted: 1, rejected: [] });
}

async function does(shopperId: ShopperId, type: string, more: object = {}): Promise<void> {
  const body = [
    { interactionId: randomUUID(), shopperId, type, at: new Date().toISOString(), channel: 'web', ...more },
  ];
  await shop.call('POST', '/v1/interactions', { as: shop.serviceKey, body });
}

async function view(shopperId: ShopperId): Promise<ShopperView> {
  const loaded = (await shop.get(ShopperViews).load([shopperId])).get(shopperId);
  if (loaded === undefined) throw new Error(`no view of ${shopperId}`);
  return loaded;
}

/** The view once nothing that was noted waits any more. */
async function settled(shopperId: ShopperId): Promise<ShopperView> {
  await until(
    () => shop.database.query('SELECT FROM shopper_changes WHERE shopper_id = $1', [shopperId]),
    (rows) => rows.length === 0,
  );
  return view(shopperId);
}

function idsIn({ body }: Reply, name: string): unknown[] {
  return (body.items as Record<string, unknown>[]).map((item) => item[name]);
}

const segment = (rule: unknown, name = 'A segment') => ({ name, rule });
const put = (id: string, body: object, ifMatch?: string) =>
  shop.call('PUT', `/v1/segments/${id}`, {
    as: admin,
    body,
    ...(ifMatch !== undefined && { headers: { 'if-match': ifMatch } }),
  });
const get = (path: string) => shop.call('GET', `/v1/segments${path}`, { as: admin });
const ready = (id: string) =>
  until(
    () => get(`/${id}`),
    ({ body }) => body.state === 'ready',
  );

describe('the traits of a shopper', () => {
  it('follow purchases and interactions, within two seconds', async () => {
    const id = await shopper({ timeZone: 'Europe/Paris' });
    await buys(id, 3, [{ productId: 'flakes-a', quantity: 3, amount: 400, discount: 200 }]);
    await buys(id, 2, [{ productId: 'flakes-b', amount: 300 }], { channel: 'online', storeId: undefined });
    await does(id, 'viewed', { productId: 'tea' });
    await does(id, 'shared');
    const { traits, mainBrands } = await until(
      () => view(id),
      (seen) => seen.traits?.interactions.shared !== undefined && seen.traits.purchases === 2,
      2_000,
    );
    expect(traits).toMatchObject({
      purchases: 2,
      online: 1,
      stores: [['north', 1]],
      reduced: { units: 0.75, spend: 0.769, couponUnits: 0 },
      ownBrandShare: 0.25,
      loyalGroups: 0,
      interactions: { viewed: { count: 1 }, shared: { count: 1 } },
      browsed: [{ productId: 'tea', category: 'tea' }],
      acquired: { by: 'signup' },
    });
    expect(mainBrands.get('cornflakes')).toMatchObject({
      brand: 'Kellogg’s',
      share: 0.75,
      ownBrandShare: 0.25,
    });
    await buys(id, 0, [{ productId: 'tea' }]);
    const later = await until(
      () => view(id),
      (seen) => seen.traits?.purchases === 3,
      2_000,
    );
    expect(later.traits?.browsed).toEqual([]);
  });

  it('are not made before the consent, and go when it is withdrawn', async () => {
    const id = await shopper({}, false);
    await buys(id, 1, [{ productId: 'milk' }]);
    expect((await settled(id)).traits).toBeUndefined();
    await consent(id, true);
    expect(
      (
        await until(
          () => view(id),
          ({ traits }) => traits !== undefined,
        )
      ).traits?.purchases,
    ).toBe(1);
    await consent(id, false);
    expect((await view(id)).traits).toBeUndefined();
    await until(
      () => shop.database.query('SELECT FROM shopper_traits WHERE shopper_id = $1', [id]),
      (rows) => rows.length === 0,
      2_000,
    );
  });
});

describe('offers that were opened', () => {
  it('count with and without a reward', async () => {
    const id = await shopper();
    const offers = [
      { reward: { type: 'percentOff', value: 20 } },
      { reward: { type: 'percentOff', value: 10 } },
      {},
    ];
    const deliveries = offers.map((offer) => ({ offer, id: shop.get(Clock).newId() }));
    for (const { offer, id: deliveryId } of deliveries) {
      await shop.database.run(
        `INSERT INTO deliveries (delivery_id, decision_id, shopper_id, offer_id, store_id, visit_id, offer, created_at,
                                 expires_at, emitted_at)
         VALUES ($1, $1, $2, $1, 'north', $1, $3, now(), now(), now())`,
        [deliveryId, id, JSON.stringify(offer)],
      );
    }
    // One was pushed where no app was open, one waits in the wallet unseen.
    await shop.database.run(
      `INSERT INTO deliveries (delivery_id, decision_id, shopper_id, offer_id, store_id, visit_id, offer, created_at,
                               expires_at, pushed_at)
       SELECT gen_random_uuid(), gen_random_uuid(), $1, gen_random_uuid(), 'north', gen_random_uuid(), '{}', now(), now(), pushed_at
       FROM unnest(ARRAY[now(), NULL]) AS pushed_at`,
      [id],
    );
    await shop.database.run(
      `INSERT INTO delivery_events (delivery_id, type, at) VALUES ($1, 'received', now()), ($1, 'opened', now())`,
      [deliveries[0]!.id],
    );
    const { traits } = await until(
      () => view(id),
      (seen) => seen.traits?.offers.rewardedOpened === 1,
      2_000,
    );
    expect(traits?.offers).toEqual({ rewarded: 2, rewardedOpened: 1, plain: 2, plainOpened: 0 });
  });
});

describe('a change that cannot be worked in', () => {
  it('holds up nobody else, and is worked in once it can be', async () => {
    const [bad, good] = [await shopper(), await shopper()];
    await settled(good);
    await shop.database.run(
      `ALTER TABLE shopper_traits ADD CONSTRAINT bad CHECK (shopper_id <> '${bad}') NOT VALID`,
    );
    const withMilk = (seen: ShopperView): boolean => seen.traits?.purchases === 1;
    await Promise.all([bad, good].map((id) => buys(id, 1, [{ productId: 'milk' }])));
    await until(() => view(good), withMilk, 15_000);
    expect(withMilk(await view(bad))).toBe(false);
    await shop.database.run('ALTER TABLE shopper_traits DROP CONSTRAINT bad');
    await until(() => view(bad), withMilk, 15_000);
  });
});

describe('several workers', () => {
  it('share the work, and everybody is in the end where the rule says', async () => {
    const others = await Promise.all([twin(shop, 'worker'), twin(shop, 'worker')]);
    try {
      const ids = await Promise.all(
        Array.from({ length: 12 }, () => shopper({ attributes: { crowd: true } })),
      );
      const crowd = { field: 'shopper.attributes', of: { name: 'crowd' }, operator: '=', value: true };
      const often = { field: 'visits.count', operator: '>=', value: 2 };
      await put('crowd', segment({ combinator: 'and', rules: [crowd, often] }));
      await Promise.all(
        ids.flatMap((id, place) =>
          Array.from({ length: place % 4 }, (_, each) => buys(id, each + 1, [{ productId: 'milk' }])),
        ),
      );
      const wanted = ids.filter((_, place) => place % 4 >= 2).sort();
      const found = await until(
        () => get('/crowd/members'),
        (members) => idsIn(members, 'shopperId').length === wanted.length,
        15_000,
      );
      expect(idsIn(found, 'shopperId').sort()).toEqual(wanted);
      expect((await get('/crowd')).body.members).toBe(wanted.length);
    } finally {
      await Promise.all(others.map((other) => other.stop()));
    }
  });
});

describe('a segment', () => {
  const buysTea = { field: 'replenishment.purchases', of: { category: 'tea' }, operator: '>=', value: 1 };

  it('is filled behind the answer, and kept in step with purchases and consent', async () => {
    const [early, late, stranger] = [await shopper(), await shopper(), await shopper({}, false)];
    await buys(early, 1, [{ productId: 'tea' }]);
    await buys(stranger, 1, [{ productId: 'tea' }]);
    await settled(early);
    const made = await put('tea', { ...segment(buysTea), description: 'Buys tea' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ segmentId: 'tea', name: 'A segment', rule: buysTea });
    expect(made.body.explained).toContain('tea');
    const filled = await ready('tea');
    expect(filled.body).toMatchObject({ percent: 100, explained: expect.any(String) });
    const members = await get('/tea/members');
    expect(idsIn(members, 'shopperId')).toContain(early);
    expect(JSON.stringify(members.body)).not.toContain(stranger);

    await buys(late, 0, [{ productId: 'tea' }]);
    await until(
      () => view(late),
      ({ segments }) => segments?.includes('tea') ?? false,
      2_000,
    );
    expect((await get('/tea')).body.members).toBe(Number(filled.body.members) + 1);
    await consent(late, false);
    expect((await view(late)).segments ?? []).toEqual([]);
    await until(
      () => get('/tea'),
      ({ body }) => body.members === filled.body.members,
      2_000,
    );
    const moves = await shop.database.query('SELECT FROM segment_moves WHERE shopper_id = $1', [late]);
    expect(moves).toEqual([]);
    const { body: days } = await get('/tea/days');
    expect(days.items).toMatchObject([{ departed: 1, members: filled.body.members }]);
    const report = (segmentId: string) =>
      shop.call('GET', `/v1/reports/kpis?segmentId=${segmentId}`, { as: admin });
    expect((await report('tea')).status).toBe(200);
    expect((await report('no-such')).status).toBe(404);
    const single = await shop.call('GET', `/v1/shoppers/${early}`, { as: admin });
    expect(single.body.segments).toContain('tea');
  });

  it('is replaced only by who has seen it, and everybody is judged anew by its new rule', async () => {
    const id = await shopper({ attributes: { plan: 'red' } });
    const red = { field: 'shopper.attributes', of: { name: 'plan' }, operator: '=', value: 'red' };
    const made = await put('plan', segment(red));
    await ready('plan');
    await settled(id);
    expect((await view(id)).segments).toContain('plan');
    expect((await put('plan', segment(red))).status).toBe(428);
    expect((await put('plan', segment(red), '"7"')).status).toBe(412);
    const renamed = await put('plan', segment(red, 'Renamed'), made.headers.get('etag')!);
    expect(renamed.body).toMatchObject({ name: 'Renamed', state: 'ready' });
    await put('plan', segment({ ...red, value: 'blue' }), renamed.headers.get('etag')!);
    await ready('plan');
    expect((await view(id)).segments).not.toContain('plan');
    expect((await get('/plan')).body.members).toBe(0);
  });

  it('is what an offer may ask for, within two seconds of a purchase', async () => {
    await put('milk', segment({ ...buysTea, of: { category: 'milk' } }));
    await ready('milk');
    const id = await shopper();
    await consent(id, true, 'location');
    const offer = {
      name: 'For milk drinkers',
      kind: 'message',
      trigger: { on: ['zoneEntered'] },
      eligibility: { field: 'shopper.segments', operator: 'contains', value: 'milk' },
      content: { default: { title: 'Hello', body: 'Milk' } },
    };
    const made = await shop.call('POST', '/v1/offers', { as: admin, body: offer });
    expect(made.status).toBe(201);
    const preview = () =>
      shop.call('POST', '/v1/decisions/preview', {
        as: admin,
        body: { shopperId: id, storeId: 'north', zoneId: 'all', draftOfferIds: [made.body.offerId] },
      });
    expect((await preview()).body).toMatchObject({ outcome: 'silence', reason: 'rule-not-met' });
    await buys(id, 0, [{ productId: 'milk' }]);
    await until(preview, ({ body }) => body.outcome === 'offer', 2_000);
  });

  it('is of no use to a rule about the radios of a place, which a preview knows', async () => {
    const id = await shopper();
    await consent(id, true, 'location');
    const previewed = async (eligibility: unknown): Promise<unknown> => {
      const offer = {
        ...{ name: 'Where all is well', kind: 'message', trigger: { on: ['zoneEntered'] }, eligibility },
        content: { default: { title: 'Hello', body: 'You' } },
      };
      const made = await shop.call('POST', '/v1/offers', { as: admin, body: offer });
      const asked = { shopperId: id, storeId: 'north', zoneId: 'all', draftOfferIds: [made.body.offerId] };
      return (await shop.call('POST', '/v1/decisions/preview', { as: admin, body: asked })).body;
    };
    const muted = (value: boolean) => ({ field: 'zone.muted', operator: '=', value });
    expect(await previewed(muted(false))).toMatchObject({ outcome: 'offer' });
    expect(await previewed(muted(true))).toMatchObject({ outcome: 'silence', reason: 'rule-not-met' });
    const audience = await shop.call('POST', '/v1/rules/audience', {
      as: admin,
      body: { rule: muted(false) },
    });
    expect(audience).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'rule.field', code: 'needs-a-visit' }] },
    });
  });

  it('names the place of what is wrong with its rule', async () => {
    const wrong = {
      combinator: 'and',
      rules: [
        { field: 'zone.kind', operator: '=', value: 'aisle' },
        { field: 'shopper.segments', operator: 'contains', value: 'tea' },
        buysTea,
      ],
    };
    const refused = await put('wrong', segment(wrong));
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toMatchObject([
      { path: 'rule.rules[0].field', code: 'needs-a-visit' },
      { path: 'rule.rules[1].field', code: 'segment-in-segment' },
    ]);
    const unknown = await put('wrong', segment({ field: 'no.such', operator: '=', value: 1 }));
    expect(unknown.body.errors).toMatchObject([{ path: 'rule.field', code: 'unknown-rule-field' }]);
    expect((await put('wrong', { name: 'No rule' })).status).toBe(400);
    expect((await get('/wrong')).status).toBe(404);
  });

  it('warns of a rule that nobody can meet, and saves it', async () => {
    const visits = (operator: string, value: number) => ({ field: 'visits.count', operator, value });
    const vain = segment({ combinator: 'and', rules: [visits('>', 5), visits('<', 3)] });
    const saved = await put('vain', vain);
    expect(saved).toMatchObject({ status: 201, body: { warnings: [{ code: 'never-holds' }] } });
    expect((await get('/vain')).body.warnings).toEqual(saved.body.warnings);
    const better = await put('vain', segment(visits('>', 5)), String(saved.headers.get('etag')));
    expect(better.body).not.toHaveProperty('warnings');
  });

  it('lists and removes, for those who may', async () => {
    await put('gone', segment({ combinator: 'and', rules: [] }));
    await ready('gone');
    const list = await get('?limit=200');
    expect(idsIn(list, 'segmentId')).toContain('gone');
    const { token: associate } = await shop.staff('associate');
    const { token: analyst } = await shop.staff('analyst');
    expect((await shop.call('GET', '/v1/segments', { as: associate })).status).toBe(403);
    expect((await shop.call('GET', '/v1/segments', { as: analyst })).status).toBe(200);
    expect((await shop.call('DELETE', '/v1/segments/gone', { as: analyst })).status).toBe(403);
    expect((await shop.call('DELETE', '/v1/segments/gone', { as: admin })).status).toBe(204);
    expect((await get('/gone')).status).toBe(404);
    expect((await get('/gone/members')).status).toBe(404);
  });

  it('is adopted from a template, once under a name', async () => {
    const id = await shopper();
    for (const daysAgo of [20, 15, 10, 5]) await buys(id, daysAgo, [{ productId: 'flakes-a' }]);
    const templates = await shop.call('GET', '/v1/segment-templates', { as: admin });
    expect(idsIn(templates, 'template')).toEqual(
      expect.arrayContaining(['always-one-brand', 'birthday-soon', 'influencers', 'browsed-not-bought']),
    );
    const adopt = (template: string, body: object) =>
      shop.call('POST', `/v1/segment-templates/${template}`, { as: admin, body });
    const made = await adopt('always-one-brand', {});
    expect(made.status).toBe(201);
    await ready('always-one-brand');
    await settled(id);
    expect((await view(id)).segments).toContain('always-one-brand');
    expect((await adopt('always-one-brand', {})).status).toBe(409);
    const named = { segmentId: 'flakes', parameters: { equivalenceGroup: 'cornflakes' } };
    expect((await adopt('always-one-brand', named)).status).toBe(201);
    expect((await adopt('always-one-brand', { segmentId: 'x', parameters: { group: 'y' } })).status).toBe(
      400,
    );
    const place = await adopt('place-and-demographics', {});
    expect(place.body.errors[0]).toMatchObject({ path: 'parameters.storeId', code: 'required' });
    expect((await adopt('no-such', {})).status).toBe(404);
  });
});

describe('an audience', () => {
  const ask = (rule: unknown, as = admin) => shop.call('POST', '/v1/rules/audience', { as, body: { rule } });
  const vip = { field: 'shopper.attributes', of: { name: 'vip' }, operator: '=', value: true };
  const buysMilk = { field: 'replenishment.purchases', of: { category: 'milk' }, operator: '>=', value: 1 };

  it('is counted among those who consent, with what each condition leaves', async () => {
    const [both, one] = [
      await shopper({ attributes: { vip: true } }),
      await shopper({ attributes: { vip: true } }),
    ];
    await shopper({ attributes: { vip: true } }, false);
    await buys(both, 3, [{ productId: 'milk' }]);
    await settled(both);
    const rule = { combinator: 'and', rules: [vip, buysMilk] };
    const { status, body } = await ask(rule);
    expect(status).toBe(200);
    expect(body).toMatchObject({ count: 1, sample: [both], exact: true, margin: 0 });
    expect(body.funnel).toEqual([
      { rule: vip, remaining: 2 },
      { rule: buysMilk, remaining: 1 },
    ]);
    expect(body.of).toBe(body.asked);
    expect(new Set((await ask(vip)).body.sample as string[])).toEqual(new Set([both, one]));
    await put('vip', segment(vip));
    await ready('vip');
    const inSegment = { field: 'shopper.segments', operator: 'contains', value: 'vip' };
    expect((await ask(inSegment)).body.count).toBe(2);
  });

  it('is refused by its place for a rule that is not good, and to who may not', async () => {
    const refused = await ask({
      combinator: 'and',
      rules: [vip, { field: 'time.hour', operator: '=', value: 9 }],
    });
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toMatchObject([{ path: 'rule.rules[1].field', code: 'needs-a-visit' }]);
    const { token: associate } = await shop.staff('associate');
    expect((await ask(vip, associate)).status).toBe(403);
  });
});

describe('the view of an ordinary shopper', () => {
  it('has room for traits and segments within 4 KB', async () => {
    const id = await shopper({ homeStoreId: 'north', attributes: { vip: true } });
    const names = Array.from({ length: 20 }, (_, place) => `category-${place}`);
    await shop.call('POST', '/v1/products', {
      as: shop.serviceKey,
      body: names.map((name, place) => product(name, 'Brand', false, name, place < 5 ? name : undefined)),
    });
    for (const daysAgo of [40, 33, 26, 19, 12, 5])
      await buys(
        id,
        daysAgo,
        names.map((productId) => ({ productId })),
      );
    for (const productId of ['tea', 'milk', 'flakes-a']) await does(id, 'viewed', { productId });
    const { replenishment, mainBrands, foresight, value, ...rest } = await until(
      () => view(id),
      ({ traits }) => traits?.purchases === 6 && traits.browsed.length === 3,
    );
    const states = [...replenishment].map(([category, { state }]) => [
      category,
      ...Object.values<number>({ ...state }),
    ]);
    expect(foresight).toBeDefined();
    // What the model keeps of the shopper; what it knows of the clientele is one for all of them.
    const [model] = await shop.database.query<{ bytes: number }>(
      `SELECT octet_length(model) + (SELECT sum(octet_length(habit)) FROM replenishment WHERE shopper_id = $1) AS bytes
       FROM shopper_activity WHERE shopper_id = $1`,
      [id],
    );
    const figures = serialize([states, [...mainBrands], rest, value?.state]).byteLength;
    expect(Buffer.byteLength(JSON.stringify(rest.traits))).toBeLessThan(1_024);
    expect(figures + Number(model?.bytes)).toBeLessThan(4_096);
  });
});

describe('a segment whose rule changes with time alone', () => {
  it('is asked of everybody again when the hour or the day has turned', async () => {
    const clock = shop.get(Clock);
    const noon = Date.UTC(new Date().getUTCFullYear() + 1, 5, 10, 12);
    const id = await shopper({ birthday: '06-20' });
    await settled(id);
    await put('soon', segment({ field: 'shopper.daysUntilBirthday', operator: '<=', value: 7 }));
    await ready('soon');
    expect((await view(id)).segments).not.toContain('soon');
    const upkeep = shop.get(Upkeep);
    Object.defineProperty(clock, 'now', { value: () => noon + 4 * DAY_MS, configurable: true });
    try {
      // While the upkeep is at work elsewhere it starts no pass: it is asked again, as its rounds do.
      await until(
        async () => {
          await upkeep.startDue();
          return view(id);
        },
        ({ segments }) => segments?.includes('soon') ?? false,
      );
    } finally {
      Reflect.deleteProperty(clock, 'now');
    }
  });
});
