import { CornerShop, everyFourWeeks, type Person } from '../support/corner-shop.js';
import type { Reply } from '../support/http.js';
import { until } from '../support/until.js';
import { startShop, type Shop } from '../support/shop.js';

/**
 * Chapter 5. Dora shops here twice a month. What the shop knows of her stands on one page: what she bought, what she
 * will need next, and the segments she is in. It knows all of it by her consent, and forgets what it made of it when
 * she takes that back.
 */
describe('5. What we know of her', () => {
  let shop: Shop;
  let corner: CornerShop;
  let dora: Person;
  const asService = (method: string, path: string, body?: object): Promise<Reply> =>
    shop.call(method, path, { as: shop.serviceKey, ...(body && { body }) });
  const herPage = (): Promise<Reply> => asService('GET', '/v1/shoppers/dora');
  const members = async (): Promise<string[]> => {
    const { body } = await asService('GET', '/v1/segments/filters-soon/members');
    return ((body.items ?? []) as { shopperId: string }[]).map(({ shopperId }) => shopperId);
  };

  beforeAll(async () => {
    shop = await startShop();
    corner = await CornerShop.open(shop);
    dora = await corner.person('dora');
    await corner.buys(dora, 'melitta-filters', { daysAgo: everyFourWeeks });
    await corner.buys(dora, 'corner-flakes', { daysAgo: [60, 45, 30, 15], channel: 'online' });
  });
  afterAll(async () => {
    corner.close();
    await shop.stop();
  });

  it('One page shows who she is, what she agreed to, and what she bought, in the shop and online', async () => {
    const { status, body } = await until(herPage, (page) => page.body.value?.frequency === 10);
    expect(status).toBe(200);
    expect(body.profile).toMatchObject({ displayName: 'dora' });
    expect(body.consents).toMatchObject({ location: { granted: true }, profiling: { granted: true } });
    expect(body.value).toMatchObject({ recencyDays: 15 });
    const bought = body.recent.purchases as { channel: string }[];
    expect(bought).toHaveLength(10);
    expect(bought[0]).toMatchObject({ channel: 'online' });
  });

  it('Her next need: the coffee filters are due, the cornflakes later', async () => {
    const { body } = await until(
      () => asService('GET', '/v1/shoppers/dora/replenishment'),
      (needs) => needs.body.items.length === 2,
    );
    const needs = body.items as { category: string; intervalDays: number; daysUntilDue: number }[];
    const of = (category: string) => needs.find((need) => need.category === category)!;
    expect(of('coffee filters').intervalDays).toBeCloseTo(28, 0);
    expect(Math.abs(of('cornflakes').intervalDays - 15)).toBeLessThan(1);
    expect(of('coffee filters').daysUntilDue).toBeLessThan(0);
    expect(of('cornflakes').daysUntilDue).toBeGreaterThan(of('coffee filters').daysUntilDue);
  });

  it('A marketer saves a rule about that need as a segment, and finds her in it', async () => {
    const rule = {
      field: 'replenishment.dueProbability',
      of: { category: 'coffee filters' },
      operator: '>=',
      value: 0.6,
    };
    const name = 'Filters soon';
    expect((await asService('PUT', '/v1/segments/filters-soon', { name, rule })).status).toBe(201);
    await until(
      () => asService('GET', '/v1/segments/filters-soon'),
      ({ body }) => body.state === 'ready' && body.members === 1,
    );
    expect(await members()).toEqual(['dora']);
    expect((await herPage()).body.segments).toEqual(['filters-soon']);
  });

  it('She buys filters, and is in it no longer', async () => {
    await corner.buys(dora, 'melitta-filters', { daysAgo: [0] });
    await until(members, (ids) => ids.length === 0);
  });

  it('She withdraws her consent: her purchases are kept, and nothing is made of them', async () => {
    const withdrawn = await shop.call('PUT', '/v1/me/consents/profiling', {
      as: dora.token,
      body: { granted: false, policyVersion: '1', source: 'app' },
    });
    expect(withdrawn.status).toBe(200);
    const { body } = await until(herPage, (page) => page.body.replenishment.length === 0);
    expect(body.segments).toEqual([]);
    expect(body.value.frequency ?? null).toBeNull();
    expect(body.recent.purchases).toHaveLength(11);
  });
});
