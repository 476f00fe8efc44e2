import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { ShopperViews } from '../../src/insights/index.js';
import { AudienceRepository } from '../../src/insights/segments/audience.repository.js';
import { JudgedShoppers } from '../../src/insights/segments/judged-shoppers.js';
import { compileRule, FIELD_REGISTRY, FieldRegistry, sqlOf, Statement } from '../../src/rules/index.js';
import type { Condition, Group, Operator, Rule } from '../../src/rules/grammar.js';
import { operatorsOf, type Field } from '../../src/rules/registry.js';
import { DAY_MS, toRfc3339, type Facts, type ShopperId } from '../../src/shared/index.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

/** The rule language against Postgres: what compiled rules and their SQL say of the same shoppers. */

let shop: Shop;
let fields: FieldRegistry;
let everybody: readonly Facts[];
const NOW = Date.now();

const CATEGORIES = ['coffee', 'tea', 'o\'clock"; --'];
const PRODUCTS = ['p0', 'p1', 'unknown', 'never'];
const ATTRIBUTES = ['a', 'b', '__proto__x'];
const some = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const daysAgo: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 61, max: 500 }),
  fc.constantFrom(29.999, 30, 30.001),
);
const attribute = fc.oneof(
  fc.constantFrom<string | number | boolean | null>(
    1,
    -0,
    0.1,
    1e300,
    -5,
    '1',
    '',
    'Ab',
    'coffee',
    true,
    false,
    null,
  ),
  fc.array(some('a', 'coffee', 'Ab'), { maxLength: 3 }),
);

const shopperArbitrary = fc.record({
  zone: some(null, 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Paris', 'Asia/Calcutta'),
  home: some(null, 'north', 'gone'),
  locale: some(null, 'fr-FR', 'de'),
  birthday: some(null, '02-29', '01-01', '12-31', new Date(NOW).toISOString().slice(5, 10)),
  attributes: fc.dictionary(some(...ATTRIBUTES), attribute, { maxKeys: 3 }),
  loyalty: some(null, { tier: 'gold', points: 120.5 }, { tier: 'silver', points: 0, since: '2026-01-31' }),
  scored: fc.boolean(),
  purchases: fc.array(
    fc.record({
      daysAgo,
      online: fc.boolean(),
      lines: fc.array(
        fc.record({
          productId: some('p0', 'p1', 'p2', 'unknown'),
          quantity: some(1, 3, 0.5, -1),
          price: some(null, 500, 199),
          discount: some(null, 0, 50),
          coupon: some(null, 'C1'),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { maxLength: 6 },
  ),
  interactions: fc.array(
    fc.record({
      type: some('viewed', 'shared', 'contacted'),
      productId: some(null, 'p0', 'unknown'),
      daysAgo,
    }),
    { maxLength: 3 },
  ),
  visits: fc.array(fc.record({ daysAgo, open: fc.boolean(), zones: fc.subarray(['z1', 'z2']) }), {
    maxLength: 2,
  }),
  offers: fc.array(
    fc.record({
      daysAgo,
      emitted: fc.boolean(),
      rewarded: fc.boolean(),
      opened: fc.boolean(),
      closed: some(null, 'redeemed', 'dismissed'),
    }),
    { maxLength: 3 },
  ),
  profiling: fc.boolean(),
});
type Generated = typeof shopperArbitrary extends fc.Arbitrary<infer T> ? T : never;

const at = (ago: number): Date => new Date(Math.round(NOW - ago * DAY_MS));

async function keep(shopperId: string, given: Generated, index: number): Promise<void> {
  await run(
    `INSERT INTO shoppers (shopper_id, time_zone, home_store_id, locale, birthday, attributes, loyalty)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      ...[shopperId, given.zone, given.home, given.locale, given.birthday],
      JSON.stringify(given.attributes),
      given.loyalty && JSON.stringify(given.loyalty),
    ],
  );
  // Most consent: the others are there to be left out.
  await run(
    `INSERT INTO consents (shopper_id, purpose, granted, policy_version, source, at)
     VALUES ($1, 'profiling', $2, '1', 'test', now())`,
    [shopperId, given.profiling || index % 4 > 0],
  );
  await keepPurchases(shopperId, given);
  await keepDoings(shopperId, given);
}

const run = (sql: string, values: unknown[]) => shop.database.run(sql, values);

async function keepPurchases(shopperId: string, given: Generated): Promise<void> {
  for (const each of given.purchases) {
    const id = randomUUID();
    await run(
      `INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
       VALUES ($1, $2, $3, $4, $5, '')`,
      [id, shopperId, each.online ? null : 'north', each.online ? 'online' : 'store', at(each.daysAgo)],
    );
    for (const [no, line] of each.lines.entries()) {
      await run(
        `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, discount, currency, coupon_code)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [id, no, line.productId, line.quantity, line.price, line.discount, line.price && 'EUR', line.coupon],
      );
    }
  }
}

async function keepDoings(shopperId: string, given: Generated): Promise<void> {
  for (const each of given.interactions) {
    await run(
      `INSERT INTO interactions (interaction_id, shopper_id, type, product_id, at, channel) VALUES ($1, $2, $3, $4, $5, 'web')`,
      [randomUUID(), shopperId, each.type, each.productId, at(each.daysAgo)],
    );
  }
  for (const [place, each] of given.visits.entries()) {
    const id = randomUUID();
    const started = at(each.daysAgo);
    await run(
      `INSERT INTO visits (visit_id, shopper_id, store_id, started_at, ended_at, via) VALUES ($1, $2, $3, $4, $5, 'sighting')`,
      [id, shopperId, `store-${place}`, started, each.open ? null : new Date(started.getTime() + 90_500)],
    );
    for (const zone of each.zones) {
      await run('INSERT INTO stays (visit_id, zone_id, entered_at) VALUES ($1, $2, $3)', [id, zone, started]);
    }
  }
  for (const each of given.offers) {
    const id = randomUUID();
    await run(
      `INSERT INTO deliveries (delivery_id, decision_id, shopper_id, offer_id, store_id, visit_id, offer, categories,
         created_at, expires_at, emitted_at, closed_as)
       VALUES ($1, $2, $3, $2, 'north', $2, $4, $5, $6, $6, $7, $8)`,
      [
        ...[id, randomUUID(), shopperId, JSON.stringify(each.rewarded ? { reward: { type: 'gift' } } : {})],
        ...[[CATEGORIES[0]], at(each.daysAgo), each.emitted ? at(each.daysAgo) : null, each.closed],
      ],
    );
    if (each.opened) {
      await run(`INSERT INTO delivery_events (delivery_id, type, at) VALUES ($1, 'opened', $2)`, [id, at(0)]);
    }
  }
}

/** Came on more days than the list of visits is long: what lies beyond is in another store. */
async function keepFrequentVisitor(): Promise<ShopperId> {
  await run("INSERT INTO shoppers (shopper_id, attributes) VALUES ('often', '{}')", []);
  await run(
    `INSERT INTO consents (shopper_id, purpose, granted, policy_version, source, at)
     VALUES ('often', 'profiling', true, '1', 'test', now())`,
    [],
  );
  await run(
    `INSERT INTO visits (visit_id, shopper_id, store_id, started_at, ended_at, via)
     SELECT gen_random_uuid(), 'often', CASE WHEN day > 100 THEN 'beyond' ELSE 'listed' END,
       $1::timestamptz - make_interval(days => day), $1, 'sighting'
     FROM generate_series(1, 101) AS day`,
    [new Date(NOW)],
  );
  return 'often' as ShopperId;
}

beforeAll(async () => {
  shop = await startShop();
  fields = shop.get(FIELD_REGISTRY as never);
  const north = { name: 'N', timeZone: 'America/St_Johns', currency: 'EUR', gateways: [], beacons: [] };
  const zones = [{ zoneId: 'z1', name: 'All', kind: 'aisle', categories: [] }];
  await shop.call('PUT', '/v1/stores/north', { as: shop.serviceKey, body: { ...north, zones } });
  const product = (productId: string, place: number) => ({
    ...{
      productId,
      name: productId,
      price: { amount: 500, currency: 'EUR' },
      brand: place < 2 ? 'Leaf' : 'Ours',
      ownBrand: place === 2,
    },
    ...{ category: CATEGORIES[place], ...(place > 0 && { equivalenceGroup: 'hot' }) },
  });
  const products = ['p0', 'p1', 'p2'].map(product);
  const { status } = await shop.call('POST', '/v1/products', { as: shop.serviceKey, body: products });
  expect(status).toBe(200);
  const generated = fc.sample(shopperArbitrary, { numRuns: 70, seed: 20_261_129 });
  const ids = generated.map((_, index) => `g-${index}` as ShopperId);
  for (const [index, each] of generated.entries()) await keep(ids[index]!, each, index);
  ids.push(await keepFrequentVisitor());
  const rule = { field: 'visits.count', operator: '>=', value: 1 };
  await shop.call('PUT', '/v1/segments/buyers', {
    as: (await shop.staff('admin')).token,
    body: { name: 'Buyers', rule },
  });
  await shop.get(ShopperViews).load(ids);
  const waiting = () =>
    shop.database.query("SELECT FROM shopper_changes UNION ALL SELECT FROM segments WHERE state = 'filling'");
  await until(waiting, (rows) => rows.length === 0);
  for (const [index, { scored }] of generated.entries()) {
    if (!scored) continue;
    await shop.database.run(
      `UPDATE shopper_value SET recency_score = 1 + $2::int % 5, frequency_score = 3, monetary_score = 5, segment = 'loyal'
       WHERE shopper_id = $1`,
      [ids[index], index],
    );
  }
  const lists = new Set(fields.names().filter((name) => fields.get(name).type === 'items'));
  const reads = { lists, products: new Set(PRODUCTS) };
  const facts = await shop.get(JudgedShoppers).facts(ids, reads, NOW);
  everybody = facts.filter(({ shopper }) => shopper.consents.profiling);
});
afterAll(() => shop.stop());

const texts = some(
  'coffee',
  'a',
  'Ab',
  'B',
  '',
  'gold',
  'north',
  'buyers',
  'fr-FR',
  'de',
  'Leaf',
  'z1',
  'p0',
  'purchase',
);
const numbers = fc.oneof(
  some(0, 1, 0.1, 0.5, 1e300, -5, 29, 30, 31, 120.5, 500),
  fc.integer({ min: -3, max: 400 }),
);

/** What may be asked of a field: by its type, from few values that shoppers have too. */
function operand(
  { type, choices, range }: Omit<Field, 'read'>,
  operator: Operator,
): fc.Arbitrary<Condition['value']> {
  const [least, greatest] = range ?? [-Infinity, Infinity];
  const number = numbers.filter((value) => value >= least && value <= greatest);
  const text = choices === undefined ? texts : some(...choices);
  const scalar = {
    ...{ number, text, choice: text, list: text, boolean: fc.boolean() },
    instant: daysAgo.map((ago) => toRfc3339(Math.round(NOW - ago * DAY_MS))),
    clock: some('09:00', '17:30'),
    monthDay: some('02-29', '12-31'),
    any: ['<', '<=', '>', '>=', 'between'].includes(operator)
      ? number
      : operator === 'contains' || operator === 'notContains'
        ? text
        : fc.oneof(number, text, fc.boolean()),
    items: fc.constant(''),
  }[type] as fc.Arbitrary<string | number | boolean>;
  switch (operator) {
    case 'null':
    case 'notNull':
      return fc.constant(null);
    case 'withinDays':
      return some(0.5, 29.999, 30, 30.001, 400);
    case 'between':
      return fc.tuple(scalar, scalar).map(([one, other]) => (one <= other ? [one, other] : [other, one]));
    case 'in':
    case 'notIn':
      return fc.array(scalar, { minLength: 1, maxLength: 3 });
    case 'contains':
    case 'notContains':
      return scalar.filter((value) => value !== '');
    default:
      return scalar;
  }
}

function named(parameter: string): fc.Arbitrary<string> {
  if (parameter === 'name') return some(...ATTRIBUTES, 'hot');
  return parameter === 'product' ? some(...PRODUCTS) : some(...CATEGORIES, 'hot', 'never');
}

function conditionOn(registry: FieldRegistry, name: string): fc.Arbitrary<Condition> {
  const field = registry.get(name);
  const ofEach = (field.parameters ?? []).map((parameter) =>
    fc.record({ [parameter.name]: named(parameter.name) }),
  );
  // Where one parameter may stand for another, a rule has one of them.
  const isOneOf = (field.parameters ?? []).some(({ insteadOf }) => insteadOf !== undefined);
  const of = isOneOf
    ? fc.oneof(...ofEach)
    : fc.tuple(...ofEach).map((each) => Object.assign({}, ...each) as object);
  return some(...operatorsOf(field)).chain(
    (operator) =>
      fc.record({
        field: fc.constant(name),
        ...(field.parameters && { of }),
        operator: fc.constant(operator),
        value: operator === 'matchesAny' ? groupOf(registry.itemsOf(name), 2) : operand(field, operator),
      }) as fc.Arbitrary<Condition>,
  );
}

function groupOf(registry: FieldRegistry, depth: number): fc.Arbitrary<Group> {
  const names = registry.names().filter((name) => registry.get(name).about !== 'moment');
  const condition = some(...names).chain((name) => conditionOn(registry, name));
  const member: fc.Arbitrary<Rule> =
    depth <= 1 ? condition : fc.oneof({ weight: 3, arbitrary: condition }, groupOf(registry, depth - 1));
  return fc.record(
    {
      combinator: some('and' as const, 'or' as const),
      not: fc.boolean(),
      rules: fc.array(member, { maxLength: 3 }),
    },
    { requiredKeys: ['combinator', 'rules'] },
  );
}

async function saidBySql(
  rule: Rule,
): Promise<{ ids: Set<string>; isExact: boolean; statement: Statement; sql: string }> {
  const statement = new Statement(NOW);
  const { sql, isExact } = sqlOf(rule, fields, statement);
  const sieved = await shop.get(AudienceRepository).sieved([sql], statement, { at: NOW, most: 1_000 });
  if (sieved === undefined) throw new Error('it took too long');
  return { ids: new Set(sieved.ids), isExact, statement, sql };
}

async function requireAgreement(rule: Rule): Promise<void> {
  const holds = compileRule(rule, fields);
  const compiled = everybody.filter(holds).map(({ shopper }) => shopper.shopperId);
  const { ids, isExact } = await saidBySql(rule);
  // Nobody may be lost; where all could be said, nobody may be too many.
  const lost = compiled.filter((id) => !ids.has(id));
  const added = isExact ? [...ids].filter((id) => !compiled.includes(id as ShopperId)) : [];
  expect({ rule, lost, added }).toEqual({ rule, lost: [], added: [] });
}

describe('a rule said in SQL', () => {
  it('is about shoppers of all kinds', () => {
    expect(everybody.length).toBeGreaterThan(40);
    expect(everybody.filter(({ shopper }) => shopper.traits !== undefined).length).toBe(everybody.length);
    expect(everybody.some(({ shopper }) => shopper.value?.state.rfm !== undefined)).toBe(true);
  });

  it('says of every field and operator what the compiled rule says', async () => {
    for (const name of fields.names()) {
      const field = fields.get(name);
      if (field.about === 'moment') continue;
      for (const rule of fc.sample(conditionOn(fields, name), 8)) await requireAgreement(rule);
    }
  });

  it('says what the compiled rule says, whatever the rule', async () => {
    await fc.assert(fc.asyncProperty(groupOf(fields, 3), requireAgreement), { numRuns: 250 });
  });

  it.each([
    ['listed', 20, true],
    ['beyond', 200, false],
  ])('sees no more of a list than decisions do: a store that is %s', async (storeId, days, found) => {
    const conditions: Condition[] = [
      { field: 'storeId', operator: '=', value: storeId },
      { field: 'startedAt', operator: 'withinDays', value: days },
    ];
    for (const rules of [conditions, conditions.slice(0, 1)]) {
      const rule: Rule = { field: 'visits', operator: 'matchesAny', value: { combinator: 'and', rules } };
      await requireAgreement(rule);
      expect((await saidBySql(rule)).ids.has('often')).toBe(found);
    }
  });

  it('holds nothing of the rule but as parameters', async () => {
    const secret = `'); DROP TABLE shoppers; --`;
    const rule: Rule = {
      combinator: 'and',
      rules: [
        { field: 'shopper.attributes', of: { name: secret }, operator: '=', value: secret },
        { field: 'shopper.attributes', of: { name: secret }, operator: 'in', value: [secret, 7_654_321] },
        { field: 'replenishment.purchases', of: { category: secret }, operator: '>', value: 7_654_321 },
        {
          field: 'purchases',
          operator: 'matchesAny',
          value: { combinator: 'or', rules: [{ field: 'category', operator: '=', value: secret }] },
        },
      ],
    };
    const { sql, statement, ids } = await saidBySql(rule);
    expect(`${sql} ${statement.joins}`).not.toMatch(/DROP|7654321/);
    expect(JSON.stringify(statement.values)).toContain('DROP');
    expect(ids.size).toBe(0);
  });
});

describe('an audience', () => {
  interface Counted {
    funnel: { remaining: number }[];
    sample: string[];
  }
  const ask = async (rule: unknown): Promise<Counted> => {
    const { body } = await shop.call('POST', '/v1/rules/audience', { as: shop.serviceKey, body: { rule } });
    return body as Counted;
  };
  const bought: Condition = {
    field: 'purchases',
    operator: 'matchesAny',
    value: {
      combinator: 'and',
      rules: [
        { field: 'category', operator: '=', value: 'coffee' },
        { field: 'purchasedAt', operator: 'withinDays', value: 200 },
      ],
    },
  };
  // Only the view can tell.
  const unsaid: Condition = {
    field: 'replenishment.intervalDays',
    of: { category: 'coffee' },
    operator: 'notNull',
  };
  const several: Condition = { field: 'visits.count', operator: '>=', value: 2 };

  it.each<[string, readonly Rule[]]>([
    ['all of it in SQL', [bought, several]],
    ['the first condition asked one by one', [unsaid, bought, several]],
    ['the last condition asked one by one', [several, bought, unsaid]],
  ])('is counted exactly, with its funnel: %s', async (_, rules) => {
    const remaining = rules.map(
      (__, place) =>
        everybody.filter(compileRule({ combinator: 'and', rules: rules.slice(0, place + 1) }, fields)).length,
    );
    expect(remaining.at(-1)).toBeGreaterThan(0);
    const body = await ask({ combinator: 'and', rules });
    expect(body).toMatchObject({ count: remaining.at(-1), exact: true, margin: 0, of: everybody.length });
    expect(body.funnel.map((each) => each.remaining)).toEqual(remaining);
    expect(body.sample.length).toBe(Math.min(20, remaining.at(-1) ?? 0));
  });

  it('is counted of a sample where Postgres would take too long', async () => {
    const repository = shop.get(AudienceRepository);
    Object.defineProperty(repository, 'sieved', {
      value: () => Promise.resolve(undefined),
      configurable: true,
    });
    try {
      const counted = everybody.filter(compileRule(bought, fields)).length;
      expect(await ask(bought)).toMatchObject({ count: counted, of: everybody.length });
    } finally {
      Reflect.deleteProperty(repository, 'sieved');
    }
  });
});
