import { randomUUID } from 'node:crypto';
import { Population, ShopperViews, type ReplenishmentItem } from '../../src/insights/index.js';
import { estimateOfProduct } from '../../src/insights/replenishment/product-needs.rules.js';
import { NeedsOfProducts } from '../../src/insights/replenishment/product-needs.service.js';
import { NightlyRefit } from '../../src/insights/refit/nightly-refit.js';
import { Bus, Clock, Outbox, timestamp } from '../../src/platform/index.js';
import {
  DAY_MS,
  seeded,
  type ConsentPurpose,
  type PurchaseId,
  type ShopperId,
  type ShopperView,
} from '../../src/shared/index.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

interface Bought {
  purchaseId?: string;
  daysAgo: number;
  lines: Record<string, number>;
}

let shop: Shop;
let views: ShopperViews;
const now = Date.now();

beforeAll(async () => {
  shop = await startShop();
  views = shop.get(ShopperViews);
  await product('filters-a', 'Melitta', false, 'coffee filters', 'filters');
  await product('filters-b', 'Ours', true, 'coffee filters', 'filters');
  await product('milk', 'Dairy', false, 'milk', null);
  await product('soap', 'Soapy', false, 'soap', null);
});
afterAll(() => shop.stop());

async function product(
  id: string,
  brand: string,
  ownBrand: boolean,
  category: string,
  group: string | null,
): Promise<void> {
  await shop.database.run(
    `INSERT INTO products (product_id, name, brand, own_brand, category, equivalence_group)
     VALUES ($1, $1, $2, $3, $4, $5)`,
    [id, brand, ownBrand, category, group],
  );
}

async function consent(
  id: ShopperId,
  granted: boolean,
  purpose: ConsentPurpose = 'profiling',
): Promise<void> {
  await shop.database.run(
    `INSERT INTO consents VALUES ($1, $2, $3, '1', 'test', now())
     ON CONFLICT (shopper_id, purpose) DO UPDATE SET granted = excluded.granted`,
    [id, purpose, granted],
  );
}

async function shopper(profiling = true): Promise<ShopperId> {
  const id = `s-${randomUUID()}` as ShopperId;
  await shop.database.run(
    `INSERT INTO shoppers (shopper_id, display_name, birthday, attributes, loyalty)
     VALUES ($1, 'Ada', '12-10', '{"vegan": true}', '{"tier": "gold", "points": 7}')`,
    [id],
  );
  if (profiling) await consent(id, true);
  return id;
}

/** Puts purchases on record without a word to anybody. */
async function buys(id: ShopperId, bought: readonly Bought[]): Promise<PurchaseId[]> {
  const ids: PurchaseId[] = [];
  for (const { purchaseId = randomUUID(), daysAgo, lines } of bought) {
    await shop.database.run(
      `INSERT INTO purchases (purchase_id, shopper_id, channel, purchased_at, content_hash)
       VALUES ($1, $2, 'store', $3, '')`,
      [purchaseId, id, timestamp(now - daysAgo * DAY_MS)],
    );
    await shop.database.run(
      `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity)
       SELECT $1, row_number() OVER (), key, value::float8 FROM jsonb_each_text($2)`,
      [purchaseId, JSON.stringify(lines)],
    );
    ids.push(purchaseId as PurchaseId);
  }
  return ids;
}

/** Says that purchases were recorded, as the room that records them does, and waits until that is worked off. */
async function announce(id: ShopperId, purchaseIds: PurchaseId[]): Promise<void> {
  const outbox = shop.get(Outbox);
  const eventId = shop.get(Clock).newId();
  const payload = { shopperId: id, purchaseIds };
  await outbox.write(shop.database, [{ id: eventId, event: 'purchase.recorded', payload }]);
  outbox.filled();
  const left = () => shop.database.query('SELECT FROM outbox WHERE id = $1', [eventId]);
  await until(left, (rows) => rows.length === 0);
}

async function derived(id: ShopperId) {
  const [activity] = await shop.database.query('SELECT * FROM shopper_activity WHERE shopper_id = $1', [id]);
  const states = await shop.database.query(
    'SELECT * FROM replenishment WHERE shopper_id = $1 ORDER BY category',
    [id],
  );
  return { activity, states };
}

async function viewOf(id: ShopperId): Promise<ShopperView> {
  const view = (await views.load([id])).get(id);
  if (view === undefined) throw new Error(`no view of ${id}`);
  return view;
}

async function items(id: string): Promise<ReplenishmentItem[]> {
  const { body } = await shop.call('GET', `/v1/shoppers/${id}/replenishment`, { as: shop.serviceKey });
  return body.items as ReplenishmentItem[];
}

describe('a recorded purchase', () => {
  it('counts within two seconds, and is told to whoever keeps the shopper warm', async () => {
    const id = await shopper();
    const told: string[] = [];
    shop.get(Bus).on('shopper.changed', ({ shopperId }) => told.push(shopperId));
    const since = Date.now();
    await announce(id, await buys(id, [{ daysAgo: 1, lines: { milk: 1 } }]));
    expect(Date.now() - since).toBeLessThan(2_000);
    expect(told).toContain(id);
    expect(await items(id)).toMatchObject([{ category: 'milk', purchases: 1, lapsed: false }]);
  });

  it('gives the same rows one by one as all at once, late and repeated ones among them', async () => {
    const roll = seeded('purchases');
    const bought = Array.from({ length: 40 }, () => ({
      daysAgo: Math.floor(roll() * 200) + roll() / 2,
      lines: Object.fromEntries(
        ['milk', 'soap', 'filters-a', 'unknown'].filter(() => roll() < 0.5).map((name) => [name, 1]),
      ),
    })).sort((a, b) => b.daysAgo - a.daysAgo);
    const early = bought.filter((_, place) => place % 7 !== 3);
    const late = bought.filter((_, place) => place % 7 === 3);
    const stepwise = await shopper();
    for (const each of [...early, ...late]) {
      const ids = await buys(stepwise, [each]);
      await announce(stepwise, ids);
      if (roll() < 0.3) await announce(stepwise, ids);
    }
    const atOnce = await shopper();
    await buys(atOnce, bought);
    await announce(atOnce, []);

    const anonymous = ({ activity, states }: Awaited<ReturnType<typeof derived>>) => ({
      activity: { ...activity, shopper_id: '' },
      states: states.map((state) => ({ ...state, shopper_id: '' })),
    });
    const whole = anonymous(await derived(atOnce));
    expect(whole.states).toHaveLength(3);
    expect(anonymous(await derived(stepwise))).toEqual(whole);
  });

  it('is counted once when twenty processes hear of it at once', async () => {
    const id = await shopper();
    await announce(id, await buys(id, [{ daysAgo: 9, lines: { milk: 1 } }]));
    const ids = await buys(
      id,
      [8, 7, 6, 5].map((daysAgo) => ({ daysAgo, lines: { milk: 1, soap: 1 } })),
    );
    await Promise.all(
      Array.from({ length: 20 }, (_, each) => announce(id, each % 5 === 4 ? [] : [ids[each % 4]!])),
    );
    const { activity, states } = await derived(id);
    expect(activity).toMatchObject({ visits: 5 });
    expect(states).toMatchObject([
      { category: 'milk', purchases: 5 },
      { category: 'soap', purchases: 4, visits_at_first: 2 },
    ]);
  });

  it('counts for a category once its product comes to the catalogue', async () => {
    const id = await shopper();
    await announce(id, await buys(id, [{ daysAgo: 3, lines: { 'tea-1': 1, milk: 1 } }]));
    expect([...(await viewOf(id)).replenishment.keys()]).toEqual(['milk']);
    await product('tea-1', 'Leaf', false, 'tea', null);
    expect([...(await viewOf(id)).replenishment.keys()].sort()).toEqual(['milk', 'tea']);
    expect(await items(id)).toHaveLength(2);
  });
});

describe('without the consent to profiling', () => {
  it('purchases are kept and not used, and used once it is given', async () => {
    const id = await shopper(false);
    await announce(id, await buys(id, [{ daysAgo: 3, lines: { 'filters-a': 2 } }]));
    expect(await derived(id)).toEqual({ activity: undefined, states: [] });
    expect(await items(id)).toEqual([]);
    const empty = await viewOf(id);
    expect(empty).toMatchObject({ attributes: {}, activity: { visits: 0 } });
    expect(empty.replenishment.size + empty.mainBrands.size).toBe(0);
    expect(Object.keys(empty)).not.toEqual(expect.arrayContaining(['birthday']));
    expect(Object.keys(empty)).not.toEqual(expect.arrayContaining(['loyalty']));

    await consent(id, true);
    expect(await items(id)).toMatchObject([{ category: 'coffee filters', purchases: 1 }]);
    const full = await viewOf(id);
    expect(full).toMatchObject({ attributes: { vegan: true }, birthday: '12-10', activity: { visits: 1 } });
    expect(full.mainBrands.get('filters')).toMatchObject({
      brand: 'Melitta',
      ownBrand: false,
      units: 2,
      share: 1,
    });
  });

  it('a withdrawal empties the view at once, and the first look removes the rows', async () => {
    const id = await shopper();
    await announce(id, await buys(id, [{ daysAgo: 3, lines: { milk: 2 } }]));
    expect((await derived(id)).states).toHaveLength(1);
    await consent(id, false);
    expect((await viewOf(id)).replenishment.size).toBe(0);
    expect(await derived(id)).toEqual({ activity: undefined, states: [] });
  });

  it('a purchase after a withdrawal removes them too, and comes in when the consent comes back', async () => {
    const id = await shopper();
    await announce(id, await buys(id, [{ daysAgo: 3, lines: { milk: 2 } }]));
    await consent(id, false);
    await announce(id, await buys(id, [{ daysAgo: 1, lines: { milk: 2 } }]));
    expect(await derived(id)).toEqual({ activity: undefined, states: [] });
    await consent(id, true);
    expect(await items(id)).toMatchObject([{ category: 'milk', purchases: 2 }]);
  });
});

describe('the views of many', () => {
  it('hold whom they know, in one answer', async () => {
    const [one, two] = [await shopper(), await shopper(false)];
    const loaded = await views.load([one, two, 'nobody' as ShopperId]);
    expect([...loaded.keys()].sort()).toEqual([one, two].sort());
    expect(loaded.get(two)?.consents.profiling).toBe(false);
    expect(await views.load([])).toEqual(new Map());
  });

  it('name the brand with the most units of the last year; of two alike the latest', async () => {
    const id = await shopper();
    await buys(id, [
      { daysAgo: 400, lines: { 'filters-b': 50 } },
      { daysAgo: 20, lines: { 'filters-a': 3 } },
      { daysAgo: 10, lines: { 'filters-b': 2 } },
    ]);
    expect((await viewOf(id)).mainBrands.get('filters')?.brand).toBe('Melitta');
    await buys(id, [{ daysAgo: 5, lines: { 'filters-b': 1 } }]);
    const main = { brand: 'Ours', ownBrand: true, units: 3, share: 0.5, ownBrandShare: 0.5 };
    expect((await viewOf(id)).mainBrands.get('filters')).toEqual(main);
  });

  it('hold every habit of a household, and beyond four hundred categories habits before what was bought once', async () => {
    const id = await shopper();
    await shop.database.run(
      `INSERT INTO products (product_id, name, brand, own_brand, category)
       SELECT 'many-' || n, 'x', 'x', false, 'many-' || n FROM generate_series(1, 450) AS n`,
    );
    const lines = Object.fromEntries(Array.from({ length: 450 }, (_, n) => [`many-${n + 1}`, 1]));
    await buys(id, [
      { daysAgo: 30, lines: { milk: 1 } },
      { daysAgo: 20, lines: { milk: 1 } },
      { daysAgo: 1, lines },
    ]);
    const { replenishment } = await viewOf(id);
    expect(replenishment.size).toBe(400);
    expect(replenishment.has('milk')).toBe(true);
    expect(await items(id)).toHaveLength(451);
  });
});

describe('a household', () => {
  const together = (ids: readonly ShopperId[], household: string | null) =>
    shop.database.run('UPDATE shoppers SET household_id = $2 WHERE shopper_id = ANY($1)', [ids, household]);

  it('shares what each of them buys, for as long as both consent and live together', async () => {
    const [ada, bob] = [await shopper(), await shopper()];
    await together([ada, bob], `h-${randomUUID()}`);
    await announce(ada, await buys(ada, [{ daysAgo: 9, lines: { milk: 1 } }]));
    const told: string[] = [];
    shop.get(Bus).on('shopper.changed', ({ shopperId }) => told.push(shopperId));
    await announce(bob, await buys(bob, [{ daysAgo: 2, lines: { soap: 1, milk: 1 } }]));
    expect(told).toEqual(expect.arrayContaining([ada, bob]));
    const both = [
      { category: 'milk', purchases: 2 },
      { category: 'soap', purchases: 1 },
    ];
    const listed = async (id: ShopperId) =>
      (await items(id)).sort((a, b) => a.category!.localeCompare(b.category!));
    expect(await listed(ada)).toMatchObject(both);
    expect(await listed(bob)).toMatchObject(both);

    await consent(bob, false);
    expect(await listed(ada)).toMatchObject([{ category: 'milk', purchases: 1 }]);
    expect(await listed(bob)).toEqual([]);
    await consent(bob, true);
    expect(await listed(ada)).toMatchObject(both);
    await together([bob], null);
    expect((await viewOf(ada)).replenishment.size).toBe(1);
    expect(await listed(bob)).toHaveLength(2);
  });
});

describe('rows of an older fold', () => {
  it('are folded anew at the next look', async () => {
    const id = await shopper();
    await announce(id, await buys(id, [{ daysAgo: 3, lines: { milk: 1 } }]));
    const whole = await derived(id);
    await shop.database.run('UPDATE shopper_activity SET fold = NULL, model = NULL WHERE shopper_id = $1', [
      id,
    ]);
    await shop.database.run('UPDATE replenishment SET habit = NULL WHERE shopper_id = $1', [id]);
    expect((await viewOf(id)).foresight?.purchaseProbability('milk', now)).toBeGreaterThan(0);
    expect(await derived(id)).toEqual(whole);
  });
});

describe('the clientele', () => {
  it('is fitted from those who consent, replaces what was known, and every view reads it', async () => {
    const population = shop.get(Population);
    await population.refit();
    const before = population.priorOf('milk');
    for (let each = 0; each < 30; each += 1) {
      const id = await shopper();
      await buys(
        id,
        [40, 30, 20, 10].map((daysAgo) => ({ daysAgo, lines: { milk: 1 } })),
      );
      await announce(id, []);
    }
    const gone = await shopper();
    await announce(gone, await buys(gone, [{ daysAgo: 3, lines: { milk: 1 } }]));
    await consent(gone, false);

    expect(await population.refit()).toBeGreaterThan(0);
    const after = population.priorOf('milk');
    expect(Math.abs(after.logGapMean - Math.log(10))).toBeLessThan(
      Math.abs(before.logGapMean - Math.log(10)),
    );
    expect(await derived(gone)).toEqual({ activity: undefined, states: [] });
    const id = await shopper();
    await announce(id, await buys(id, [{ daysAgo: 3, lines: { milk: 1 } }]));
    expect((await viewOf(id)).replenishment.get('milk')?.prior).toEqual(after);
    await Promise.all([population.refit(), population.refit()]);
    expect(population.priorOf('milk').logGapMean).toBeCloseTo(after.logGapMean, 1);
  });
});

describe('the nightly fit', () => {
  it('has a schedule, which is made again when Redis lost it', async () => {
    const { request } = shop.redis;
    const schedules = () => request.keys(`{${shop.redis.key('jobs')}}:refit:repeat*`);
    await until(schedules, (keys) => keys.length > 0);
    const lost = await request.keys(`{${shop.redis.key('jobs')}}:*`);
    await request.del(...lost);
    await shop.get(NightlyRefit).ensure();
    expect((await schedules()).length).toBeGreaterThan(0);
  });
});

describe('GET /v1/shoppers/{shopperId}/replenishment', () => {
  it('lists what is due next first and given-up habits last, in the contract’s words', async () => {
    const id = await shopper();
    const weekly = [35, 28, 21, 14, 7].map((daysAgo) => ({ daysAgo, lines: { milk: 1 } }));
    const monthly = [95, 65, 35, 5].map((daysAgo) => ({ daysAgo, lines: { 'filters-a': 1 } }));
    const once = [330, 325, 320, 315, 310, 305].map((daysAgo) => ({ daysAgo, lines: { soap: 1 } }));
    await buys(id, [...weekly, ...monthly, ...once]);
    const list = await items(id);
    expect(list.map(({ category }) => category)).toEqual(['milk', 'coffee filters', 'soap']);
    expect(list.map(({ lapsed }) => lapsed)).toEqual([false, false, true]);
    expect(list[0]).toEqual({
      category: 'milk',
      purchases: 5,
      lastPurchasedAt: new Date(now - 7 * DAY_MS).toISOString(),
      intervalDays: expect.closeTo(7.5, 0),
      dueAt: expect.stringMatching(/Z$/),
      dueFrom: expect.stringMatching(/Z$/),
      dueTo: expect.stringMatching(/Z$/),
      daysUntilDue: expect.any(Number),
      dueProbability: expect.any(Number),
      purchaseProbability: expect.any(Number),
      lapsed: false,
      preferredChannel: 'store',
      preferredWeekday: expect.any(Number),
      preferredHour: expect.any(Number),
    });
  });

  it('lists products where they are asked for, with the day on which packs run out', async () => {
    const id = await shopper();
    await shop.database.run(
      "UPDATE products SET pack_amount = 500, pack_unit = 'g' WHERE product_id = 'soap'",
    );
    await buys(
      id,
      [20, 10, 0].map((daysAgo) => ({ daysAgo, lines: { soap: daysAgo === 0 ? 2 : 1, milk: 1 } })),
    );
    const path = `/v1/shoppers/${id}/replenishment?level=product`;
    const { body } = await shop.call('GET', path, { as: shop.serviceKey });
    const list = body.items as ReplenishmentItem[];
    expect(list.map(({ productId }) => productId).sort()).toEqual(['milk', 'soap']);
    const soap = list.find(({ productId }) => productId === 'soap')!;
    expect(Date.parse(soap.runsOutAt!)).toBe(now + 20 * DAY_MS);
    expect(list.find(({ productId }) => productId === 'milk')).not.toHaveProperty('runsOutAt');
    const told = await shop.call('GET', `${path.replace('product', 'category')}&explain=true`, {
      as: shop.serviceKey,
    });
    for (const { purchaseProbability, because } of told.body.items as ReplenishmentItem[]) {
      const odds = because!.reduce((sum, { contribution }) => sum + contribution, 0);
      expect(1 / (1 + Math.exp(-odds))).toBeCloseTo(purchaseProbability, 9);
    }
    const wrong = await shop.call('GET', path.replace('product', 'shelf'), { as: shop.serviceKey });
    expect(wrong.status).toBe(400);
  });

  it('says of products what rules are told, whether folded anew or a purchase at a time', async () => {
    const id = await shopper();
    await buys(
      id,
      [40, 33, 26, 19, 12].map((daysAgo) => ({
        daysAgo,
        lines: { milk: 1, unlisted: daysAgo > 30 ? 1 : -1 },
      })),
    );
    const told = async () => {
      const needs = (await shop.get(NeedsOfProducts).of([id], new Set(['milk', 'unlisted', 'soap']))).get(id);
      const { activity } = await viewOf(id);
      return Object.fromEntries(
        ['milk', 'unlisted', 'soap'].map((each) => [each, estimateOfProduct(needs, activity, each, now)]),
      );
    };
    const listed = async () => {
      const path = `/v1/shoppers/${id}/replenishment?level=product&explain=true`;
      const { body } = await shop.call('GET', path, { as: shop.serviceKey });
      return body.items as ReplenishmentItem[];
    };
    const before = await told();
    expect(before).toMatchObject({ milk: { purchases: 5 }, unlisted: { purchases: 2 }, soap: undefined });
    await announce(id, await buys(id, [{ daysAgo: 1, lines: { milk: 1 } }]));
    const after = await told();
    expect(after['milk']).toMatchObject({ purchases: 6, lapsed: false });
    const list = await listed();
    expect(list.map(({ productId }) => productId).sort()).toEqual(['milk', 'unlisted']);
    for (const { productId, purchaseProbability, because, dueFrom, lastPurchasedAt } of list) {
      const figures = after[productId!]!;
      expect(purchaseProbability).toBeCloseTo(figures.purchaseProbability, 2);
      expect(Date.parse(lastPurchasedAt)).toBe(figures.lastPurchasedAt);
      expect(Math.abs(Date.parse(dueFrom) - figures.dueFrom)).toBeLessThan(DAY_MS);
      const odds = because!.reduce((sum, { contribution }) => sum + contribution, 0);
      expect(1 / (1 + Math.exp(-odds))).toBeCloseTo(purchaseProbability, 9);
    }
    const stepwise = await derived(id);
    await shop.database.run('UPDATE shopper_activity SET fold = 1 WHERE shopper_id = $1', [id]);
    expect(await told()).toEqual(after);
    expect(await derived(id)).toEqual(stepwise);
    await consent(id, false);
    expect((await shop.get(NeedsOfProducts).of([id], new Set(['milk']))).get(id)).toBeUndefined();
  });

  it('does not know a stranger, and is not for shoppers, tills or nobody', async () => {
    const path = `/v1/shoppers/${await shopper()}/replenishment`;
    const stranger = await shop.call('GET', '/v1/shoppers/nobody/replenishment', { as: shop.serviceKey });
    expect(stranger.status).toBe(404);
    expect((await shop.call('GET', path)).status).toBe(401);
    expect((await shop.call('GET', path, { as: await shop.shopperToken('nobody') })).status).toBe(403);
    expect((await shop.call('GET', path, { as: await shop.key('pos', 's1') })).status).toBe(403);
    expect((await shop.call('GET', path, { as: (await shop.staff('associate')).token })).status).toBe(403);
    expect((await shop.call('GET', path, { as: (await shop.staff('analyst')).token })).status).toBe(200);
  });
});

describe('the clientele of products', () => {
  it('is fitted each night beside that of categories', async () => {
    const [first, second] = [await shopper(), await shopper()];
    await shop.database.run(
      `WITH bought AS (
         INSERT INTO purchases (purchase_id, shopper_id, channel, purchased_at, content_hash)
         SELECT gen_random_uuid(), shopper, 'store', $2::timestamptz - make_interval(days => 2 * ago), ''
         FROM unnest($1::text[]) AS shopper, generate_series(1, 260) AS ago RETURNING purchase_id, purchased_at)
       INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity)
       SELECT purchase_id, line_no, 'p' || line_no, 1 FROM bought, generate_series(1, 3) AS line_no
       WHERE (extract(epoch FROM purchased_at) / 172800)::bigint % line_no = 0`,
      [[first, second], timestamp(now)],
    );
    const population = shop.get(Population);
    await population.refit();
    expect(population.products.names).toEqual(expect.arrayContaining(['p1', 'p2', 'p3']));
    const needs = (await shop.get(NeedsOfProducts).of([first], new Set(['p1', 'p3']))).get(first)!;
    const chance = (product: string) => needs.foresight.purchaseProbability(product, now)!;
    expect(chance('p1')).toBeGreaterThan(0.9);
    expect(chance('p1')).toBeGreaterThan(chance('p3'));
  });
});
