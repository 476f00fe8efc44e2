import { parse } from 'csv-parse/sync';
import type { CohortsAnswer } from '../../src/insights/kpis/cohorts/cohorts.dto.js';
import type { KpisAnswer } from '../../src/insights/kpis/kpis.dto.js';
import { LifetimeValues } from '../../src/insights/index.js';
import { ReportReader } from '../../src/insights/kpis/report-reader.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

/**
 * A small world of which every figure is worked out by hand. `s1` keeps the time of Paris (UTC+1, from 31 March 2024
 * 02:00 on UTC+2), `s2` that of New York; February 2024 has a leap day. Milk costs 60 a unit; the cost of soap is not
 * known, nor is the product `riddle`.
 *
 * | who | acquired | bought in s1 |
 * |---|---|---|
 * | ann | on record, 15 January, for 5.00 EUR, by web; home s1 | 20 January; 29 February 23:30; 31 March 03:30, an hour after the clocks went forward; 1 April 00:30 |
 * | bob | first purchase, 5 February | 5 February, twice; 15 February, in francs; brought milk back on 20 February |
 * | cyd | on record, 1 February 00:30 in Paris, 31 January in UTC, for 3.00 EUR, by app; home s1 | nothing |
 * | dan | profile made on 10 March; home s2 | nothing |
 * | eve | on record, 2 January; home s1; no consent to profiling | 3 January, 4 February |
 */
let shop: Shop;
const run = (sql: string, values: unknown[] = []) => shop.database.run(sql, values);

type Line = [productId: string, quantity: number, unitPrice: number, discount?: number, currency?: string];
let purchases = 0;

async function bought(shopperId: string, at: string, lines: Line[], storeId: string | null = 's1') {
  purchases += 1;
  const purchaseId = `p${purchases}`;
  await run(
    `INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
     VALUES ($1, $2, $3, CASE WHEN $3::text IS NULL THEN 'online' ELSE 'store' END, $4, '')`,
    [purchaseId, shopperId, storeId, at],
  );
  for (const [place, [productId, quantity, price, discount, currency]] of lines.entries()) {
    await run(
      `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, discount, currency)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [purchaseId, place + 1, productId, quantity, price, discount ?? null, currency ?? 'EUR'],
    );
  }
}

async function shopper(id: string, profile: Record<string, unknown>, profiling = true) {
  await run(
    'INSERT INTO shoppers (shopper_id, home_store_id, acquisition, created_at) VALUES ($1, $2, $3, $4)',
    [
      id,
      profile['homeStoreId'] ?? null,
      profile['acquisition'] === undefined ? null : JSON.stringify(profile['acquisition']),
      profile['createdAt'] ?? '2024-01-01T12:00:00Z',
    ],
  );
  await run(`INSERT INTO consents VALUES ($1, 'profiling', $2, '1', 'app', now())`, [id, profiling]);
}

const visit = (shopperId: string, from: string, to: string) =>
  run(`INSERT INTO visits VALUES (gen_random_uuid(), $1, 's1', $2, $3, 'sighting')`, [shopperId, from, to]);

async function report<Report = KpisAnswer>(path: string, as = shop.serviceKey) {
  const { status, body } = await shop.call('GET', `/v1/reports/${path}`, { as });
  return { status, body: body as Report & { detail: string } };
}

beforeAll(async () => {
  shop = await startShop();
  const stores = { s1: 'Europe/Paris', s2: 'America/New_York' };
  for (const [storeId, timeZone] of Object.entries(stores)) {
    const body = { name: storeId, timeZone, currency: 'EUR', zones: [], gateways: [], beacons: [] };
    expect((await shop.call('PUT', `/v1/stores/${storeId}`, { as: shop.serviceKey, body })).status).toBe(201);
  }
  await run(
    `INSERT INTO products (product_id, name, brand, own_brand, category, currency, unit_cost) VALUES
       ('milk', 'Milk', 'Dairy', false, 'milk', 'EUR', 60), ('soap', 'Soap', 'Soapy', true, 'soap', NULL, NULL)`,
  );
  await shopper('ann', {
    homeStoreId: 's1',
    acquisition: { channel: 'web', at: '2024-01-15', cost: { amount: 500, currency: 'EUR' } },
  });
  await shopper('bob', {});
  await shopper('cyd', {
    homeStoreId: 's1',
    acquisition: {
      channel: 'app',
      at: '2024-01-31T23:30:00Z',
      cost: { amount: 300, currency: 'EUR' },
    },
  });
  await shopper('dan', { homeStoreId: 's2', createdAt: '2024-03-10T12:00:00Z' });
  await shopper('eve', { homeStoreId: 's1', acquisition: { channel: 'web', at: '2024-01-02' } }, false);

  await bought('ann', '2024-01-20T09:35:00Z', [['milk', 2, 100, 20]]);
  await bought('ann', '2024-02-29T22:30:00Z', [['soap', 1, 200]]);
  await bought('ann', '2024-03-31T01:30:00Z', [['riddle', 1, 50]]);
  await bought('ann', '2024-03-31T22:30:00Z', [['milk', 1, 100]]);
  await bought('bob', '2024-02-05T08:40:00Z', [['milk', 1, 100]]);
  await bought('bob', '2024-02-05T08:45:00Z', [['milk', 1.5, 101]]);
  await bought('bob', '2024-02-15T12:00:00Z', [['soap', 1, 300, 0, 'CHF']]);
  await bought('bob', '2024-02-20T12:00:00Z', [['milk', -1, 100]]);
  await bought('eve', '2024-01-03T12:00:00Z', [['milk', 9, 100]]);
  await bought('eve', '2024-02-04T12:00:00Z', [['milk', 9, 100]]);

  await visit('ann', '2024-01-20T09:00:00Z', '2024-01-20T09:40:00Z');
  // Pays 25 minutes after the radio lost her.
  await visit('ann', '2024-02-29T22:00:00Z', '2024-02-29T22:05:00Z');
  // Two visits, and both purchases in the second: the first led to none.
  await visit('bob', '2024-02-05T08:00:00Z', '2024-02-05T08:20:00Z');
  await visit('bob', '2024-02-05T08:30:00Z', '2024-02-05T08:50:00Z');
  await visit('cyd', '2024-03-05T08:00:00Z', '2024-03-05T08:20:00Z');
  await visit('eve', '2024-03-05T08:00:00Z', '2024-03-05T08:20:00Z');
});
afterAll(() => shop.stop());

const QUARTER = 'kpis?from=2024-01-01&to=2024-04-01&storeId=s1';

describe('GET /v1/reports/kpis', () => {
  it('tells each month of a store, of shoppers who consented to profiling', async () => {
    const { status, body } = await report(QUARTER);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      from: '2024-01-01',
      to: '2024-04-01',
      period: 'month',
      timeZone: 'Europe/Paris',
      storeId: 's1',
      segmentId: null,
      population: { shoppers: 5, profiled: 4 },
      // ann and cyd; bob. dan belongs to s2.
      acquisitionDatedBy: { recorded: 2, firstPurchase: 1, created: 0 },
    });
    expect(body.periods.map(({ from, to, complete }) => [from, to, complete])).toEqual([
      ['2024-01-01', '2024-02-01', true],
      ['2024-02-01', '2024-03-01', true],
      ['2024-03-01', '2024-04-01', true],
    ]);
    expect(body.periods[0]).toMatchObject({
      acquiredShoppers: 1,
      acquisitionRate: null,
      acquisitionCost: [{ amount: 500, currency: 'EUR' }],
      acquisitionCostKnown: 1,
      activeShoppers: 1,
      purchases: 1,
      // 2 x 100 less 20; less 2 x 60
      revenue: [{ amount: 180, currency: 'EUR' }],
      margin: [{ amount: 60, currency: 'EUR', estimatedShare: 0 }],
      interPurchaseDays: null,
      retention: null,
      defection: null,
      // ann was active in all three months
      averageLifetimePeriods: 3,
      lifetimeObservedPeriods: 3,
      visits: 1,
      visitsPerShopper: 1,
      visitsWithPurchaseShare: 1,
    });
    expect(body.periods[1]).toMatchObject({
      // bob and cyd, after ann
      acquiredShoppers: 2,
      acquisitionRate: 2,
      acquisitionCost: [{ amount: 300, currency: 'EUR' }],
      acquisitionCostKnown: 1,
      activeShoppers: 2,
      // ann's and bob's three; what bob brought back is none
      purchases: 4,
      // 200 + 100 + 152 (151.5 rounded half up) - 100 brought back
      revenue: [
        { amount: 300, currency: 'CHF' },
        { amount: 352, currency: 'EUR' },
      ],
      margin: [
        { amount: 90, currency: 'CHF', estimatedShare: 1 },
        // 60 (30 % of 200) + 40 + 62 (152 - 90) - 40; estimated on 200 of 200 + 100 + 152 + 100
        { amount: 122, currency: 'EUR', estimatedShare: 200 / 552 },
      ],
      // ann 20 January to 29 February: 40 days; bob 5 to 15 February: 10
      interPurchaseDays: 25,
      retention: 1,
      defection: 0,
      // bob in February, cyd never
      averageLifetimePeriods: 0.5,
      lifetimeObservedPeriods: 2,
      visits: 3,
      visitsPerShopper: 1.5,
      visitsWithPurchaseShare: 2 / 3,
    });
    expect(body.periods[2]).toMatchObject({
      acquiredShoppers: 0,
      acquisitionRate: 0,
      acquisitionCost: [],
      activeShoppers: 1,
      purchases: 1,
      // an unknown product: 30 % of 50
      revenue: [{ amount: 50, currency: 'EUR' }],
      margin: [{ amount: 15, currency: 'EUR', estimatedShare: 1 }],
      // 29 February to 31 March
      interPurchaseDays: 31,
      // ann stayed, bob did not
      retention: 0.5,
      defection: 0.5,
      averageLifetimePeriods: null,
      lifetimeObservedPeriods: 1,
      visits: 1,
      visitsWithPurchaseShare: 0,
    });
    expect(body.total).toMatchObject({
      acquiredShoppers: 3,
      acquisitionRate: null,
      acquisitionCost: [{ amount: 400, currency: 'EUR' }],
      activeShoppers: 2,
      purchases: 6,
      // ann (40 + 31) / 2 = 35.5; bob 10
      interPurchaseDays: 22.75,
      // February 1 of 1, March 1 of 2
      retention: 2 / 3,
      averageLifetimePeriods: 4 / 3,
      visits: 5,
      visitsPerShopper: 5 / 3,
      visitsWithPurchaseShare: 3 / 5,
    });
  });

  it('counts days in UTC where stores keep different time, and says so', async () => {
    const { body } = await report('kpis?from=2024-01-01&to=2024-04-01');
    expect(body.timeZone).toBe('UTC');
    // In UTC cyd was won in January, and ann bought twice on 31 March; dan is among them.
    expect(body.periods.map((each) => [each.acquiredShoppers, each.purchases])).toEqual([
      [2, 1],
      [1, 4],
      [1, 2],
    ]);
    expect(body.acquisitionDatedBy).toEqual({ recorded: 2, firstPurchase: 1, created: 1 });
  });

  it('widens what is asked to whole periods; a time stands for its date', async () => {
    const weeks = await report('kpis?period=week&from=2024-02-28&to=2024-03-05T10:00:00Z&storeId=s1');
    expect(weeks.body.periods.map(({ from }) => from)).toEqual(['2024-02-26', '2024-03-04']);
    const days = await report(
      'kpis?period=day&from=2024-03-30T00:00:00Z&to=2024-04-02T00:00:00%2B02:00&storeId=s1',
    );
    // The day the clocks go forward has 23 hours, and its purchases are its own.
    expect(days.body.periods.map(({ from, purchases: count }) => [from, count])).toEqual([
      ['2024-03-30', 0],
      ['2024-03-31', 1],
      ['2024-04-01', 1],
    ]);
    expect(days.body.periods[2]?.retention).toBe(1);
  });

  it('ends with the running period unless asked otherwise, and knows no retention of it yet', async () => {
    for (const [period, count] of Object.entries({ day: 31, week: 13, month: 13 })) {
      const { body } = await report(`kpis?period=${period}`);
      expect(body.periods).toHaveLength(count);
      expect(body.periods.map(({ complete }) => complete).indexOf(false)).toBe(count - 1);
      expect(body.total).toMatchObject({ activeShoppers: 0, retention: null, revenue: [], visits: 0 });
    }
  });

  it('tells shares inside the store, of categories and brands', async () => {
    const { categories } = (await report(QUARTER)).body;
    expect(categories.sampledOneIn).toBe(1);
    expect(categories.items).toEqual([
      {
        // ann and bob, who are all that bought; 180 + 100 + 152 EUR of that and 200
        category: 'milk',
        penetration: 1,
        revenueShare: [{ currency: 'EUR', share: 432 / 632 }],
        ownBrandShare: 0,
        brands: [{ brand: 'Dairy', ownBrand: false, penetration: 1, shareOfRequirement: 1 }],
      },
      {
        category: 'soap',
        penetration: 1,
        revenueShare: [
          { currency: 'CHF', share: 1 },
          { currency: 'EUR', share: 200 / 632 },
        ],
        ownBrandShare: 1,
        brands: [{ brand: 'Soapy', ownBrand: true, penetration: 1, shareOfRequirement: 1 }],
      },
    ]);
  });

  it('says what every figure means', async () => {
    const { body } = await report(QUARTER);
    const { from: _from, to: _to, complete: _complete, ...figures } = body.periods[0]!;
    const shares = ['penetration', 'revenueShare', 'ownBrandShare', 'shareOfRequirement'];
    const defined = [...Object.keys(figures), ...Object.keys(body.expected), ...shares];
    expect(Object.keys(body.definitions).sort()).toEqual(defined.sort());
    for (const definition of Object.values(body.definitions)) {
      expect(definition).toEqual({
        label: expect.stringMatching(/./),
        unit: expect.stringMatching(/./),
        definition: expect.stringMatching(/\.$/),
      });
    }
  });

  it('names what it does not understand', async () => {
    const wrong = {
      'kpis?from=2024-02-30': 'from',
      'kpis?from=1815-06-18': 'from',
      'kpis?from=2024-02-01&to=2024-02-01': 'to',
      'kpis?period=year': 'period',
      'kpis?storeId=%2e%2f': 'storeId',
      'kpis?segmentId=a%20b': 'segmentId',
      'kpis?shop=s1': 'shop',
      'kpis?period=day&from=2020-01-01&to=2024-01-01': '1461 periods',
    };
    for (const [path, place] of Object.entries(wrong)) {
      const { status, body } = await report(path);
      expect([path, status]).toEqual([path, 400]);
      expect(body.detail).toContain(place);
    }
    expect((await report('kpis?storeId=s9')).status).toBe(404);
    expect((await report('kpis?segmentId=no-such')).status).toBe(404);
  });
});

describe('GET /v1/reports/cohorts', () => {
  const QUARTER_OF = 'cohorts?from=2024-01-01&to=2024-04-01';

  function valuesOf({ rows }: CohortsAnswer) {
    return rows.map(({ month, channel, acquiredShoppers, currency, cells }) => [
      month,
      channel,
      acquiredShoppers,
      currency,
      ...cells.map(({ lifetimeValue }) => lifetimeValue?.amount ?? null),
    ]);
  }

  it('tells what each month’s shoppers have earned since, in UTC where stores keep different time', async () => {
    const { status, body } = await report<CohortsAnswer>(`${QUARTER_OF}&ages=6,1,2`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      by: 'month',
      from: '2024-01-01',
      to: '2024-04-01',
      timeZone: 'UTC',
      // Nobody has bought since: the record ends with 31 March.
      observedUntil: '2024-04-01',
      discountRate: 0,
      acquisitionDatedBy: { recorded: 2, firstPurchase: 1, created: 1 },
    });
    expect(valuesOf(body)).toEqual([
      // ann earned 60 in her first month from 15 January, 60 in the second (29 February), and cyd nothing; halves of it.
      // Won on 31 January, cyd has been watched for two months on 31 March, and not for six.
      ['2024-01', null, 2, 'EUR', 30, 60, null],
      // bob, from 5 February: 40 + 62 - 40 brought back, and 30 % of CHF 3.00; not watched for two months
      ['2024-02', null, 1, 'CHF', 90, null, null],
      ['2024-02', null, 1, 'EUR', 62, null, null],
      // dan, from 10 March
      ['2024-03', null, 1, 'EUR', null, null, null],
    ]);
    // soap for 200 and the riddle for 50, of 180 + 200 + 50 + 100
    expect(body.rows[0]?.estimatedShare).toBeCloseTo(250 / 530, 12);
    expect(Object.keys(body.definitions)).toEqual(['acquiredShoppers', 'lifetimeValue', 'estimatedShare']);
  });

  it('discounts when asked to, and takes our word for how far the record reaches', async () => {
    const until = `${QUARTER_OF}&ages=6&observedUntil=2024-08-01`;
    const plain = await report<CohortsAnswer>(until);
    // (60 + 60 + 15 + 40) / 2 = 87.5, rounded half up
    expect(valuesOf(plain.body)[0]).toEqual(['2024-01', null, 2, 'EUR', 88]);
    const discounted = await report<CohortsAnswer>(`${until}&discountRate=0.1`);
    // (60 + 60 / 1.1 ^ (1/12) + 55 / 1.1 ^ (2/12)) / 2 = 86.83
    expect(valuesOf(discounted.body)[0]).toEqual(['2024-01', null, 2, 'EUR', 87]);
  });

  it('tells channels as a whole, and their months', async () => {
    const { body } = await report<CohortsAnswer>(`${QUARTER_OF}&by=channel&ages=1`);
    expect(valuesOf(body)).toEqual([
      [null, 'app', 1, 'EUR', 0],
      ['2024-01', 'app', 1, 'EUR', 0],
      // bob and dan: dan has not been watched for a month
      [null, 'unknown', 2, 'CHF', null],
      [null, 'unknown', 2, 'EUR', null],
      ['2024-02', 'unknown', 1, 'CHF', 90],
      ['2024-02', 'unknown', 1, 'EUR', 62],
      ['2024-03', 'unknown', 1, 'EUR', null],
      [null, 'web', 1, 'EUR', 60],
      ['2024-01', 'web', 1, 'EUR', 60],
    ]);
  });

  it('shows the last two years and 6, 12 and 18 months unless asked otherwise', async () => {
    const { body } = await report<CohortsAnswer>('cohorts');
    expect(body.rows).toEqual([]);
    expect(Date.parse(body.to) - Date.parse(body.from)).toBeGreaterThan(750 * 86_400_000);
    const all = await report<CohortsAnswer>('cohorts?from=2024-01-01');
    expect(all.body.rows[0]?.cells.map(({ months }) => months)).toEqual([6, 12, 18]);
  });

  it('names what it does not understand', async () => {
    for (const wrong of ['by=store', 'discountRate=-1', 'discountRate=2', 'ages=0', 'ages=6,x', 'ages=61']) {
      const { status, body } = await report(`cohorts?${wrong}`);
      expect([wrong, status]).toEqual([wrong, 400]);
      expect(body.detail).toContain(`query.${wrong.split('=', 1)[0]}`);
    }
  });
});

describe('as CSV', () => {
  async function table(path: string): Promise<Record<string, string>[]> {
    const { status, headers, body } = await shop.call('GET', `/v1/reports/${path}`, {
      as: shop.serviceKey,
      headers: { accept: 'text/csv' },
    });
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/csv')]);
    return parse(body as string, { columns: true, record_delimiter: '\r\n' });
  }

  it('has a row a period, with amounts in a column a currency', async () => {
    const { body } = await report(QUARTER);
    const rows = await table(QUARTER);
    expect(rows.map(({ from, retention }) => [from, retention])).toEqual([
      ['2024-01-01', ''],
      ['2024-02-01', '1'],
      ['2024-03-01', '0.5'],
    ]);
    expect(rows[1]).toMatchObject({
      revenueCHF: '300',
      revenueEUR: '352',
      marginEUR: '122',
      acquisitionCostEUR: '300',
      estimatedMarginShareCHF: '1',
    });
    expect(rows[0]).toMatchObject({ revenueCHF: '', revenueEUR: '180' });
    // All but what the money columns hold stands under its own name.
    const names = Object.keys(rows[0]!);
    const missing = Object.keys(body.periods[0]!).filter(
      (name) => !names.some((column) => column.startsWith(name)),
    );
    expect(missing).toEqual([]);
  });

  it('leaves cells empty that are not known yet, and disarms what a spreadsheet would run', async () => {
    await run(
      `UPDATE shoppers SET acquisition = acquisition || '{"channel": "=1+1, or web"}' WHERE shopper_id = 'ann'`,
    );
    const rows = await table('cohorts?from=2024-01-01&to=2024-02-01&by=channel&ages=1,6');
    expect(rows).toMatchObject([
      { channel: "'=1+1, or web", month: '', lifetimeValue1Months: '60', lifetimeValue6Months: '' },
      { channel: "'=1+1, or web", month: '2024-01' },
      { channel: 'app', month: '' },
      { channel: 'app', month: '2024-01' },
    ]);
    await run(
      `UPDATE shoppers SET acquisition = acquisition || '{"channel": "web"}' WHERE shopper_id = 'ann'`,
    );
  });

  it('comes from trends too', async () => {
    const rows = await table('trends?from=2024-02-01&to=2024-03-01&level=product');
    expect(rows).toMatchObject([
      // From nothing to two is the larger change.
      {
        productId: 'soap',
        purchases: '2',
        growth: '',
        revenueCHF: '300',
        revenueEUR: '200',
        yearOnYearMark: '',
      },
      {
        productId: 'milk',
        purchases: '2',
        purchasesBefore: '1',
        growth: '1',
        mark: 'fewCounts',
        revenueCHF: '',
        revenueEUR: '252',
      },
    ]);
  });
});

describe('reports', () => {
  it('may be of a segment: its members who consented, and nobody else', async () => {
    await run(
      `UPDATE shoppers SET attributes = '{"regular": true}' WHERE shopper_id IN ('bob', 'cyd', 'eve')`,
    );
    const isRegular = { field: 'shopper.attributes', of: { name: 'regular' }, operator: '=', value: true };
    await shop.call('PUT', '/v1/segments/regulars', {
      as: shop.serviceKey,
      body: { name: 'Regulars', rule: { combinator: 'and', rules: [isRegular] } },
    });
    await until(
      () => shop.call('GET', '/v1/segments/regulars', { as: shop.serviceKey }),
      ({ body }) => body['state'] === 'ready' && body['members'] === 2,
    );
    const asked = 'from=2024-02-01&to=2024-03-01&storeId=s1&period=month';
    const { body } = await report(`kpis?${asked}&segmentId=regulars`);
    expect(body).toMatchObject({
      segmentId: 'regulars',
      population: { shoppers: 2, profiled: 2 },
      // bob and cyd; bob alone bought, and visited twice
      total: { acquiredShoppers: 2, activeShoppers: 1, purchases: 3, visits: 2, interPurchaseDays: 10 },
    });
    expect((body as KpisAnswer).total.revenue).toEqual([
      { amount: 300, currency: 'CHF' },
      { amount: 152, currency: 'EUR' },
    ]);
    expect((await report(`kpis?${asked}&segmentId=other`)).status).toBe(404);
  });

  it('tell what is expected of those who bought and consented, once a round has scored them', async () => {
    await shop.get(LifetimeValues).refit(Date.parse('2024-04-02T12:00:00Z'));
    const expectedOf = async (query: string) => (await report(`kpis?period=month${query}`)).body.expected;
    // ann and bob; cyd and dan bought nothing, eve did not consent
    const everywhere = await expectedOf('');
    expect(everywhere.scoredShoppers).toBe(2);
    expect(everywhere.meanProbabilityActive).toBeGreaterThan(0);
    expect(everywhere.meanProbabilityActive).toBeLessThanOrEqual(1);
    expect(everywhere.customerEquity).toEqual([{ amount: expect.any(Number), currency: 'EUR' }]);
    // bob has no home
    expect((await expectedOf('&storeId=s1')).scoredShoppers).toBe(1);
  });

  it('that take too long are given up, and say what to do', async () => {
    const slow = shop.get(ReportReader).read(async (tx) => {
      await tx.run("SELECT set_config('statement_timeout', '20ms', true)");
      await tx.run('SELECT pg_sleep(30)');
    });
    await expect(slow).rejects.toMatchObject({ status: 503, code: 'report-too-large' });
  });

  it('cannot write', async () => {
    const written = shop.get(ReportReader).read((tx) => tx.run('DELETE FROM purchases'));
    await expect(written).rejects.toMatchObject({ code: '25006' });
  });

  it('are for the head office: service, admin, analyst and marketer', async () => {
    for (const role of ['admin', 'analyst', 'marketer'] as const) {
      expect((await report('kpis', (await shop.staff(role)).token)).status).toBe(200);
    }
    for (const role of ['associate', 'approver'] as const) {
      expect((await report('kpis', (await shop.staff(role)).token)).status).toBe(403);
    }
    for (const key of [await shop.key('pos', 's1'), await shop.key('gateway', 's1')]) {
      expect((await report('kpis', key)).status).toBe(403);
    }
    expect((await report('kpis', await shop.shopperToken('ann'))).status).toBe(403);
    expect((await shop.call('GET', '/v1/reports/kpis')).status).toBe(401);
  });

  it('show staff of some stores only those', async () => {
    const { token, staffId } = await shop.staff('analyst');
    await run(`UPDATE staff SET store_ids = '{s2}' WHERE staff_id = $1`, [staffId]);
    const { body } = await report('kpis?from=2024-01-01&to=2024-04-01', token);
    expect(body).toMatchObject({
      timeZone: 'America/New_York',
      total: { acquiredShoppers: 1, purchases: 0, visits: 0 },
    });
    expect((await report('kpis?storeId=s1', token)).status).toBe(404);
  });
});
