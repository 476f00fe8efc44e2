import { randomUUID } from 'node:crypto';
import { Simulator, Decisions, lineOf } from '../../src/decisions/index.js';
import type { PresenceChange } from '../../src/presence/index.js';
import { localTime, type OfferId, type StoreId } from '../../src/shared/index.js';
import { DecisionDesk, premisesOf } from '../support/decision-desk.js';
import { stretchOf } from '../support/recorded-stretch.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const DAY = 86_400_000;
/** Ten whole days ago, at noon in UTC. */
const START = Math.floor(Date.now() / DAY) * DAY - 10 * DAY + DAY / 2;
/** Of what takes a moment, on a machine that others fill. */
const WITHIN_MS = 30_000;
const at = (ms: number): string => new Date(START + ms).toISOString();

let shop: Shop;
let marketer: string;

const store = (storeId: string, timeZone: string) => ({
  name: storeId,
  timeZone,
  currency: 'EUR',
  zones: [
    { zoneId: 'filters', name: 'Filters', kind: 'aisle', categories: ['coffee filters'] },
    { zoneId: 'door', name: 'Door', kind: 'entrance' },
  ],
  gateways: [],
  beacons: [],
});
const offer = (more: object = {}) => ({
  name: 'Filters',
  kind: 'message',
  trigger: { on: ['zoneEntered'], zoneIds: ['filters'] },
  content: { default: { title: 'Filters', body: 'Here' } },
  reward: { type: 'amountOff', value: { amount: 50, currency: 'EUR' } },
  ...more,
});

async function write(document: object): Promise<string> {
  const reply = await shop.call('POST', '/v1/offers', { as: marketer, body: document });
  expect(reply.status).toBe(201);
  return reply.body.offerId as string;
}
async function visit(
  shopperId: string,
  startsAt: number,
  storeId = 's1',
  zones = ['filters'],
): Promise<void> {
  const visitId = randomUUID();
  await shop.database.run(
    `INSERT INTO visits (visit_id, shopper_id, store_id, started_at, ended_at, via) VALUES ($1, $2, $3, $4, $5, 'sighting')`,
    [visitId, shopperId, storeId, at(startsAt), at(startsAt + 1_200_000)],
  );
  for (const [index, zone] of zones.entries()) {
    const entered = startsAt + (index + 1) * 120_000;
    await shop.database.run(
      'INSERT INTO stays (visit_id, zone_id, entered_at, left_at) VALUES ($1, $2, $3, $4)',
      [visitId, zone, at(entered), at(entered + 60_000)],
    );
  }
}
const ask = (offerId: string, more: object = {}, as = marketer): Promise<Reply> =>
  shop.call('POST', '/v1/simulations', { as, body: { offerId, from: at(0), to: at(5 * DAY), ...more } });
async function simulated(offerId: string, more: object = {}): Promise<Reply['body']> {
  const asked = await ask(offerId, more);
  expect(asked.status).toBe(202);
  const path = `/v1/simulations/${asked.body.simulationId as string}`;
  expect(asked.headers.get('location')).toBe(path);
  const { body } = await until(
    () => shop.call('GET', path, { as: marketer }),
    (reply) => ['done', 'failed'].includes(reply.body.state as string),
    WITHIN_MS,
  );
  return body;
}
/** How many rows each table has, and a checksum of what may change without a row more. */
async function tables(): Promise<Record<string, number>> {
  const names = await shop.database.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of names) {
    const [row] = await shop.database.query<{ count: number }>(`SELECT count(*) FROM "${name}"`);
    counts[name] = row?.count ?? 0;
  }
  return counts;
}
/** The same once what the steps before set going behind the test's back is worked off. */
function settledTables(): Promise<Record<string, number>> {
  return until(tables, (rows) => rows['outbox'] === 0 && rows['shopper_changes'] === 0, WITHIN_MS);
}

beforeAll(async () => {
  shop = await startShop();
  marketer = (await shop.staff('marketer')).token;
  const as = shop.serviceKey;
  await shop.call('PUT', '/v1/stores/s1', { as, body: store('s1', 'Europe/Paris') });
  // Noon in UTC is the next day there.
  await shop.call('PUT', '/v1/stores/far', { as, body: store('far', 'Pacific/Kiritimati') });
  for (const shopperId of ['ann', 'bob', 'cleo']) {
    await shop.call('PUT', `/v1/shoppers/${shopperId}`, { as, body: {} });
    for (const purpose of ['location', 'profiling']) {
      await shop.call('PUT', `/v1/shoppers/${shopperId}/consents/${purpose}`, {
        as,
        body: { granted: true, policyVersion: '1', source: 'test' },
      });
    }
  }
  await shop.call('PUT', '/v1/shoppers/dan', { as, body: {} });
  await shop.call('POST', '/v1/products', {
    as,
    body: [
      {
        productId: 'paper',
        name: 'Paper filters',
        brand: 'Own',
        ownBrand: true,
        category: 'coffee filters',
        price: { amount: 199, currency: 'EUR' },
      },
    ],
  });
  // Three shoppers on the first day, Ann twice in the same visit; two days later Ann and Bob again.
  await visit('ann', 0, 's1', ['filters', 'door', 'filters']);
  await visit('bob', 60_000);
  await visit('cleo', 120_000, 'far');
  await visit('dan', 180_000);
  await visit('erased', 240_000);
  await visit('ann', 2 * DAY);
  await visit('bob', 2 * DAY + 60_000, 's1', ['door']);
  await visit('ann', 6 * DAY);
});
afterAll(() => shop.stop());

describe('a preview', () => {
  it('judges drafts as if they were live, everything that speaks against them, and writes nothing', async () => {
    // Who enters a zone has not stayed there: a preview of it knows that, as the shop does.
    const justEntered = { field: 'zone.dwellSeconds', operator: '=', value: 0 };
    const good = await write(
      offer({ name: 'Good', eligibility: { combinator: 'and', rules: [justEntered] } }),
    );
    const bad = await write(
      offer({
        name: 'Bad',
        trigger: { on: ['checkedIn'] },
        schedule: { hours: { from: '00:00', to: '00:01' } },
        eligibility: { combinator: 'and', rules: [{ field: 'zone.id', operator: '=', value: 'door' }] },
      }),
    );
    const ask = (draftOfferIds?: string[]): Promise<Reply> =>
      shop.call('POST', '/v1/decisions/preview', {
        as: marketer,
        body: { shopperId: 'ann', storeId: 's1', zoneId: 'filters', at: at(0), draftOfferIds },
      });
    await ask();
    const before = await settledTables();
    expect((await ask()).body).toMatchObject({ outcome: 'silence', considered: [] });
    const { body } = await ask([good, bad]);
    expect(body).toMatchObject({ outcome: 'offer', offer: { offerId: good } });
    const considered = body.considered as { offerId: string; reasons: { code: string }[] }[];
    const reasons = considered.find(({ offerId }) => offerId === bad)?.reasons.map(({ code }) => code);
    expect(reasons).toEqual(expect.arrayContaining(['outside-schedule', 'rule-not-met']));
    expect(await tables()).toEqual(before);
  });
});

describe('a simulation', () => {
  it('says what would have been issued, capped and kept silent, by the days of the stores', async () => {
    const offerId = await write(offer({ limits: { perShopper: [{ max: 1, per: 'visit' }] } }));
    const result = await simulated(offerId);
    expect(result).toMatchObject({
      state: 'done',
      percent: 100,
      offerId,
      revision: 1,
      visits: 7,
      opportunities: 6,
      issued: 4,
      capped: 1,
      ghosts: 0,
      shoppersReached: 3,
      cost: { amount: 200, currency: 'EUR' },
      silences: { 'no-consent': 1, 'offer-cap': 1 },
    });
    const day = (offset: number): string => new Date(START + offset * DAY).toISOString().slice(0, 10);
    const perDay = result.perDay as { date: string; issued: number; visits: number }[];
    expect(perDay.map(({ date, visits, issued }) => [date, visits, issued])).toEqual([
      [day(0), 4, 2],
      [day(1), 1, 1],
      [day(2), 2, 1],
    ]);
    expect(result.assumptions).not.toHaveLength(0);
  });

  it('keeps totals and budgets over all shoppers, in the order of time', async () => {
    const limits = { total: 2, budget: { amount: 1_000, currency: 'EUR', per: 'campaign' } };
    const total = await simulated(await write(offer({ limits })));
    expect(total).toMatchObject({ issued: 2, silences: { 'limit-reached': 3, 'no-consent': 1 } });
    const budget = { budget: { amount: 149, currency: 'EUR', per: 'campaign' } };
    expect(await simulated(await write(offer({ limits: budget })))).toMatchObject({
      issued: 2,
      cost: { amount: 100, currency: 'EUR' },
    });
  });

  it('gives the same again, and writes nothing but its own row', async () => {
    const offerId = await write(offer({ holdoutShare: 0.5 }));
    const before = await settledTables();
    const [first, second] = [await simulated(offerId), await simulated(offerId)];
    const { simulations: ofBefore = 0, ...others } = before;
    const { simulations: ofAfter = 0, ...now } = await tables();
    expect(now).toEqual(others);
    expect(ofAfter - ofBefore).toBe(2);
    const bare = (body: object): Record<string, unknown> => {
      const {
        simulationId: _id,
        createdAt: _c,
        startedAt: _s,
        finishedAt: _f,
        ...rest
      } = body as Record<string, unknown>;
      return rest;
    };
    expect(bare(second as object)).toEqual(bare(first as object));
  });

  it('knows of purchases only what had been bought by then', async () => {
    // Bought before, and again at the end of the visit two days later: a view of now would never find it due.
    await shop.call('POST', '/v1/purchases', {
      as: shop.serviceKey,
      body: [-80, -60, -40, -20, 3].map((days) => ({
        purchaseId: `filters ${days}`.replace(/\W/g, '.'),
        shopperId: 'ann',
        storeId: 's1',
        channel: 'store',
        purchasedAt: at(days * DAY),
        lines: [{ productId: 'paper', quantity: 1 }],
      })),
    });
    await until(
      () =>
        shop.database.query<{ purchases: number }>(
          `SELECT purchases FROM replenishment WHERE shopper_id = 'ann'`,
        ),
      ([row]) => row?.purchases === 5,
      WITHIN_MS,
    );
    const offerId = await write(
      offer({
        kind: 'replenishment',
        target: { categories: ['coffee filters'] },
        eligibility: {
          combinator: 'and',
          rules: [
            {
              field: 'replenishment.daysSinceLast',
              of: { category: 'coffee filters' },
              operator: 'between',
              value: [20, 21],
            },
          ],
        },
      }),
    );
    const result = await simulated(offerId, { to: at(7 * DAY) });
    // On the first day 20 days had passed, twice in that visit; on the third 22; on the seventh only three.
    expect(result).toMatchObject({ issued: 2, silences: { 'no-consent': 1, 'rule-not-met': 4 } });
  });

  it('is among the live offers unless it is asked for alone', async () => {
    const live = await write(offer({ name: 'Rival', priority: 90, limits: { perShopper: [] } }));
    const approver = (await shop.staff('approver')).token;
    await shop.call('POST', `/v1/offers/${live}/submit`, { as: marketer });
    await shop.call('POST', `/v1/offers/${live}/approve`, { as: approver });
    const offerId = await write(offer());
    expect(await simulated(offerId)).toMatchObject({ issued: 0, silences: { outranked: 5 } });
    expect(await simulated(offerId, { among: 'alone' })).toMatchObject({ issued: 5 });
    await shop.call('POST', `/v1/offers/${live}/archive`, { as: marketer });
  });

  it('leaves the schedule’s ends aside, and takes a revision that is named', async () => {
    const offerId = await write(
      offer({ schedule: { startsAt: new Date(Date.now() + DAY).toISOString(), daysOfWeek: [] } }),
    );
    const { headers } = await shop.call('GET', `/v1/offers/${offerId}`, { as: marketer });
    await shop.call('PATCH', `/v1/offers/${offerId}`, {
      as: (await shop.staff('marketer')).token,
      body: { trigger: { on: ['zoneEntered'], zoneIds: ['door'] } },
      headers: { 'if-match': headers.get('etag') ?? '' },
    });
    expect(await simulated(offerId)).toMatchObject({ revision: 2, opportunities: 2 });
    expect(await simulated(offerId, { revision: 1 })).toMatchObject({ revision: 1, issued: 5 });
  });

  it('is refused by place', async () => {
    const offerId = await write(offer());
    const codes = async (more: object): Promise<unknown> => {
      const { status, body } = await ask(offerId, more);
      return [status, ((body.errors ?? []) as { path: string }[]).map(({ path }) => path)];
    };
    expect(await codes({ to: at(-DAY) })).toEqual([400, ['to']]);
    expect(await codes({ to: at(100 * DAY) })).toEqual([400, ['to']]);
    expect(await codes({ from: 'yesterday' })).toEqual([400, ['from']]);
    expect(await codes({ extra: 1 })).toEqual([400, ['extra']]);
    expect((await ask(randomUUID())).status).toBe(404);
    expect((await ask(offerId, { revision: 9 })).status).toBe(404);
    expect((await ask(offerId, {}, await shop.shopperToken('ann'))).status).toBe(403);
  });

  it('is listed with the others, newest first, by offer and state', async () => {
    const offerId = await write(offer());
    const asked = [];
    for (const among of ['live', 'alone', 'live'])
      asked.push((await simulated(offerId, { among })).simulationId);
    const list = async (query: string): Promise<Reply['body']> =>
      (await shop.call('GET', `/v1/simulations?${query}`, { as: marketer })).body;
    const first = await list(`offerId=${offerId}&state=done&limit=2`);
    const second = await list(`offerId=${offerId}&limit=2&cursor=${first.nextCursor as string}`);
    const items = [first, second].flatMap((page) => page.items as Record<string, unknown>[]);
    expect(items.map(({ simulationId }) => simulationId)).toEqual(asked.reverse());
    expect(items[1]).toMatchObject({ among: 'alone', state: 'done', issued: 5, visits: 7 });
    expect(items[1]).not.toHaveProperty('perDay');
    expect(second.nextCursor).toBeNull();
    expect((await list(`offerId=${offerId}&state=failed`)).items).toEqual([]);
  });

  it('that another process left behind is begun anew', async () => {
    const offerId = await write(offer());
    const simulationId = randomUUID();
    await shop.database.run(
      `INSERT INTO simulations (simulation_id, offer_id, revision, asked, requested_by, state, runner, leased_until, visits_done)
       VALUES ($1, $2, 1, $3, 'test', 'running', $4, now() - interval '1 second', 3)`,
      [
        simulationId,
        offerId,
        { from: START, to: START + 5 * DAY, among: 'alone', storeIds: null },
        randomUUID(),
      ],
    );
    const { body } = await until(
      () => shop.call('GET', `/v1/simulations/${simulationId}`, { as: marketer }),
      (reply) => reply.body.state === 'done',
      WITHIN_MS,
    );
    expect(body).toMatchObject({ issued: 5, visitsDone: 7 });
  });
});

describe('a stretch of visits', () => {
  /** A zone in which it is about noon, so that a paced day has begun and is far from over. */
  const noon = (): string => {
    const ahead = 12 - new Date().getUTCHours();
    return ahead === 0 ? 'Etc/UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
  };
  const inZone = (zoneIds: string[], on: string[], more: object = {}): object => ({
    trigger: { on, zoneIds, ...more },
  });

  /** As a reader of the stream takes them: several at once, none of them about the same shopper. */
  function inTurn(changes: readonly PresenceChange[]): PresenceChange[][] {
    const batches: PresenceChange[][] = [];
    for (const change of changes) {
      const last = batches.at(-1);
      if (last === undefined || last.some(({ shopperId }) => shopperId === change.shopperId))
        batches.push([change]);
      else last.push(change);
    }
    return batches;
  }

  it('is decided alike in the shop and in a simulation: outcomes, reasons and figures', async () => {
    const zones = ['tea', 'coffee'].map((zoneId) => ({ zoneId, name: zoneId, kind: 'aisle' }));
    const openingHours = [{ daysOfWeek: [], from: '11:00', to: '23:00' }];
    const desk = await DecisionDesk.open(premisesOf(shop), {
      timeZone: noon(),
      zones,
      openingHours,
      gateways: [],
    });
    const as = shop.serviceKey;
    const body = {
      name: 'Harbour',
      timeZone: noon(),
      currency: 'EUR',
      openingHours,
      zones,
      gateways: [],
      beacons: [],
    };
    await shop.call('PUT', '/v1/stores/harbour', { as, body });
    const storeIds = ['corner', 'harbour'] as StoreId[];
    expect(localTime(Date.now(), noon()).minuteOfDay).toBeGreaterThanOrEqual(12 * 60);
    const people = await desk.shoppers('walker', 10);
    await shop.database.run(
      `INSERT INTO consents SELECT id, 'profiling', true, '1', 'test', now() FROM unnest($1::text[]) AS id`,
      [people],
    );
    await shop.database.run(
      `UPDATE shoppers SET household_id = 'home' || right(shopper_id, 1)::int / 2, attributes = '{"likes": "tea"}'
       WHERE shopper_id = ANY($1) AND right(shopper_id, 1)::int < 6`,
      [people],
    );
    const restore = await desk.policy({
      rearmSeconds: 1,
      globalCaps: [
        { max: 4, per: 'visit' },
        { max: 9, per: '1h', perHousehold: true },
      ],
    });
    const capped = { ignoresGlobalCaps: false };
    const often = { perShopper: [{ max: 2, per: 'visit' }] };
    const rearmed = { rearmSeconds: 6 };
    const offerId = await desk.liveOffer(often, {
      priority: 90,
      ...inZone(['tea'], ['zoneEntered'], rearmed),
    });
    await desk.liveOffer(
      {},
      { priority: 80, ...inZone(['tea', 'coffee'], ['zoneDwelled'], { dwellSeconds: 1, ...rearmed }) },
    );
    await desk.liveOffer(
      { ...capped, budget: { amount: 9_000, currency: 'EUR', per: 'day', pacing: 'openingHours' } },
      {
        reward: { type: 'amountOff', value: { amount: 150, currency: 'EUR' } },
        priority: 70,
        ...inZone(['coffee'], ['zoneEntered']),
      },
    );
    await desk.liveOffer(
      { ...capped, perShopper: [{ max: 1, per: '1h', perHousehold: true }] },
      { priority: 60, exclusionGroup: 'leaves', ...inZone([], ['zoneEntered']) },
    );
    await desk.liveOffer(
      { ...capped, total: 1 },
      {
        priority: 50,
        exclusionGroup: 'leaves',
        eligibility: {
          combinator: 'and',
          rules: [{ field: 'shopper.attributes', of: { name: 'likes' }, operator: '=', value: 'tea' }],
        },
        ...inZone([], ['zoneEntered']),
      },
    );
    await desk.liveOffer({}, { priority: 40, holdoutShare: 1, ...inZone([], ['visitStarted']) });

    const { changes, from, to } = stretchOf('a quarter to one', people, storeIds);
    const decisions = shop.get(Decisions);
    for (const together of inTurn(changes)) await decisions.take(together);
    const live = await shop.database.query<Record<string, unknown>>(
      `SELECT shopper_id, visit_id, on_trigger, zone_id, at, outcome, reason, offer_id, considered FROM decisions
       WHERE shopper_id = ANY($1) ORDER BY at, visit_id`,
      [people],
    );
    const simulated: Record<string, unknown>[] = [];
    await shop.get(Simulator).run(
      { offerId: offerId as OfferId, revision: 1, from, to, among: 'live', storeIds: undefined },
      () => Promise.resolve(),
      ({ pending, granted }) =>
        simulated.push({
          shopper_id: pending.shopperId,
          visit_id: pending.visitId,
          on_trigger: pending.on,
          zone_id: pending.zoneId ?? null,
          at: pending.at,
          outcome: granted.outcome,
          reason: granted.reason ?? null,
          offer_id: granted.winner?.offerId ?? null,
          considered: granted.considered.map(lineOf),
        }),
    );
    await desk.archiveAll();
    await restore();
    expect(live.length).toBeGreaterThan(100);
    expect(JSON.parse(JSON.stringify(simulated))).toEqual(live);
    const said = JSON.stringify(live);
    const reasons = [
      'trigger.rearmSeconds',
      'budget-exhausted',
      'and household',
      'holdout',
      'exclusion-group',
    ];
    for (const reason of [...reasons, 'limit-reached', 'global-cap', 'rule-not-met', 'outranked'])
      expect([reason, said.includes(reason)]).toEqual([reason, true]);
  });
});
