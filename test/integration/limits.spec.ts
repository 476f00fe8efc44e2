import { Decisions } from '../../src/decisions/decisions.service.js';
import { Clock } from '../../src/platform/index.js';
import type { PresenceChange } from '../../src/presence/index.js';
import {
  localTime,
  type ChangeId,
  type ShopperId,
  type StoreId,
  type VisitId,
  type ZoneId,
} from '../../src/shared/index.js';
import { DecisionDesk, entryOf, premisesOf } from '../support/decision-desk.js';
import { faultsInLedger } from '../support/oracle.js';
import { startShop, type Shop } from '../support/shop.js';

/** Decisions taken as the readers of the streams take them, many at once, against real tables and locks. */
/** Check 25 of docs/security.md. */
describe('limits under concurrency', () => {
  let shop: Shop;
  let clock: Clock;
  let desk: DecisionDesk;

  beforeAll(async () => {
    // Nothing else decides here: the streams are left alone.
    shop = await startShop({ ROLE: 'api', DATABASE_POOL: '16' });
    clock = shop.get(Clock);
    desk = await DecisionDesk.open(premisesOf(shop));
  });
  afterEach(async () => {
    await desk.archiveAll();
    expect(await faultsInLedger((sql) => shop.database.query(sql))).toEqual([]);
  });
  afterAll(() => shop.stop());

  const take = (changes: readonly PresenceChange[]): Promise<void> => shop.get(Decisions).take(changes);

  const liveOffer: DecisionDesk['liveOffer'] = (...asked) => desk.liveOffer(...asked);
  const shoppers: DecisionDesk['shoppers'] = (...asked) => desk.shoppers(...asked);
  const outcomes: DecisionDesk['outcomes'] = (...asked) => desk.outcomes(...asked);
  const countOf: DecisionDesk['countOf'] = (...asked) => desk.countOf(...asked);

  it('makes one offer of two hundred changes at once to a shopper who may have one', async () => {
    const offerId = await liveOffer({ perShopper: [{ max: 1, per: 'visit' }] });
    const [ada] = (await shoppers('one', 1)) as [ShopperId];
    const visitId = clock.newId<VisitId>();
    const changes = Array.from({ length: 200 }, () => entryOf(ada, visitId));
    // Some come one by one, through readers of their own, some many in a batch.
    const batches = [
      ...changes.slice(0, 20).map((change) => [change]),
      changes.slice(20, 80),
      changes.slice(80),
    ];
    await Promise.all(batches.map(take));
    expect(await outcomes('shopper_id = $1', [ada])).toEqual({ offer: 1, 'offer-cap': 199 });
    expect(await countOf('deliveries', 'offer_id = $1', [offerId])).toBe(1);
    expect(await countOf('cap_events', 'shopper_id = $1', [ada])).toBe(1);
  });

  it('counts rolling and global caps exactly, too', async () => {
    await liveOffer({ ignoresGlobalCaps: false });
    const [bob] = (await shoppers('global', 1)) as [ShopperId];
    await Promise.all(Array.from({ length: 40 }, () => take([entryOf(bob)])));
    // One a minute is the house's default.
    expect(await outcomes('shopper_id = $1', [bob])).toEqual({ offer: 1, 'global-cap': 39 });
  });

  describe('of a household', () => {
    const cap = { max: 1, per: '1d', perHousehold: true };
    const household = async (name: string, size: number): Promise<ShopperId[]> => {
      const members = await shoppers(name, size);
      await shop.database.run('UPDATE shoppers SET household_id = $1 WHERE shopper_id = ANY($2)', [
        name,
        members,
      ]);
      return members;
    };

    it('makes one offer of fifty triggers of two members at once, in one batch or in many', async () => {
      const offerId = await liveOffer({ perShopper: [cap] });
      const [ada, bob] = (await household('home', 2)) as [ShopperId, ShopperId];
      const changes = Array.from({ length: 50 }, (_, index) => entryOf(index % 2 === 0 ? ada : bob));
      await Promise.all([...changes.slice(0, 30).map((change) => take([change])), take(changes.slice(30))]);
      expect(await outcomes('shopper_id = ANY($1)', [[ada, bob]])).toEqual({ offer: 1, 'offer-cap': 49 });
      expect(await countOf('cap_events', 'offer_id = $1', [offerId])).toBe(1);
    });

    it('does not let two members pass in one commit', async () => {
      await liveOffer({ perShopper: [cap] });
      const members = await household('batch', 20);
      await take(members.map((member) => entryOf(member)));
      expect(await outcomes('shopper_id = ANY($1)', [members])).toEqual({ offer: 1, 'offer-cap': 19 });
    });

    it('is no limit on strangers, nor on a shopper without one', async () => {
      await liveOffer({ perShopper: [cap] });
      const [lone] = (await shoppers('lone', 1)) as [ShopperId];
      const [other] = (await household('other', 1)) as [ShopperId];
      await Promise.all([lone, other, lone, other].map((shopper) => take([entryOf(shopper)])));
      expect(await outcomes('shopper_id = ANY($1)', [[lone, other]])).toEqual({ offer: 2, 'offer-cap': 2 });
    });

    it('is counted by the contact policy, which asks for a period of time', async () => {
      const as = shop.serviceKey;
      const { body: policy, headers } = await shop.call('GET', '/v1/policies/contact', { as });
      const put = (globalCaps: object[], match: string) =>
        shop.call('PUT', '/v1/policies/contact', {
          as,
          body: { ...policy, globalCaps },
          headers: { 'if-match': match },
        });
      const refused = await put([{ ...cap, per: 'visit' }], headers.get('etag')!);
      expect(refused.body.errors).toMatchObject([{ path: 'globalCaps[0].per' }]);
      const put1 = await put([cap], headers.get('etag')!);
      expect(put1.status).toBe(200);
      await liveOffer({ ignoresGlobalCaps: false });
      const members = await household('policy', 6);
      await Promise.all(members.map((member) => take([entryOf(member)])));
      expect(await outcomes('shopper_id = ANY($1)', [members])).toEqual({ offer: 1, 'global-cap': 5 });
      expect((await put(policy.globalCaps as object[], put1.headers.get('etag')!)).status).toBe(200);
    });
  });

  describe('where a zone must have been left for some time', () => {
    const zoneRows = { storeId: 'corner' as StoreId, zoneId: 'coffee' as ZoneId };
    const exitOf = (entry: PresenceChange, at: number): PresenceChange => ({
      ...entry,
      ...zoneRows,
      kind: 'zoneExited',
      changeId: clock.newId<ChangeId>(),
      at,
      enteredAt: entry.at,
    });

    it('triggers nothing when it is entered again before, in one batch or in two; and does after', async () => {
      await liveOffer({}, { trigger: { on: ['zoneEntered'], rearmSeconds: 20 } });
      const [ada, bob, cyd] = (await shoppers('again', 3)) as [ShopperId, ShopperId, ShopperId];
      const now = clock.now();
      const entries = [ada, bob, cyd].map((shopperId) => entryOf(shopperId, undefined, { at: now - 50_000 }));
      await take(entries);
      const again = (index: number, at: number) =>
        entryOf(entries[index]!.shopperId, entries[index]!.visitId, { at });
      // Ada comes back after 10 s, Bob too and all of it is told at once, Cyd after 20 s.
      await take([exitOf(entries[0]!, now - 30_000)]);
      await take([again(0, now - 20_000)]);
      await take([exitOf(entries[1]!, now - 30_000), again(1, now - 20_000)]);
      await take([exitOf(entries[2]!, now - 30_000), again(2, now - 10_000)]);
      for (const shopper of [ada, bob]) {
        expect(await outcomes('shopper_id = $1', [shopper])).toEqual({ offer: 1, 'offer-cap': 1 });
      }
      expect(await outcomes('shopper_id = $1', [cyd])).toEqual({ offer: 2 });
    });

    it('triggers each way in by itself: for staying, who came in again too soon for entering', async () => {
      await liveOffer(
        {},
        { trigger: { on: ['zoneEntered', 'zoneDwelled'], dwellSeconds: 5, rearmSeconds: 40 } },
      );
      const [dan] = (await shoppers('stays', 1)) as [ShopperId];
      const now = clock.now();
      const entry = entryOf(dan, undefined, { at: now - 50_000 });
      await take([entry]);
      await take([exitOf(entry, now - 45_000)]);
      const back = entryOf(dan, entry.visitId, { at: now - 20_000 });
      await take([back]);
      await take([
        {
          ...back,
          ...zoneRows,
          kind: 'zoneDwelled',
          changeId: clock.newId<ChangeId>(),
          at: now - 15_000,
          enteredAt: back.at,
          dwellSeconds: 5,
        },
      ]);
      expect(await outcomes('shopper_id = $1', [dan])).toEqual({ offer: 2, 'offer-cap': 1 });
    });
  });

  it('makes one offer of an exclusion group, the one that gives most, and the other not later either', async () => {
    const restore = await desk.policy({
      exclusionGroups: [{ group: 'coffee', mode: 'bestForShopper', per: '1h' }],
    });
    const euros = (amount: number) => ({
      exclusionGroup: 'coffee',
      reward: { type: 'amountOff', value: { amount, currency: 'EUR' } },
    });
    await liveOffer({}, { ...euros(50), priority: 90 });
    const best = await liveOffer({}, { ...euros(120), priority: 10 });
    const [eve] = (await shoppers('group', 1)) as [ShopperId];
    await Promise.all(Array.from({ length: 10 }, () => take([entryOf(eve)])));
    expect(await outcomes('shopper_id = $1', [eve])).toEqual({ offer: 1, 'exclusion-group': 9 });
    expect(await countOf('decisions', 'shopper_id = $1 AND offer_id = $2', [eve, best])).toBe(1);
    await restore();
  });

  it('counts tags as they were when an offer was sent', async () => {
    const restore = await desk.policy({ globalCaps: [{ max: 1, per: '1h', tag: 'grocery' }] });
    const offerId = await liveOffer({ ignoresGlobalCaps: false }, { tags: ['grocery'] });
    const [flo] = (await shoppers('tags', 1)) as [ShopperId];
    await take([entryOf(flo)]);
    await desk.revise(offerId, { tags: ['beauty'] });
    // The offer bears another tag by now; what was sent was grocery.
    await take([entryOf(flo)]);
    await desk.revise(offerId, { tags: ['grocery'] });
    await take([entryOf(flo)]);
    expect(await outcomes('shopper_id = $1', [flo])).toEqual({ offer: 2, 'global-cap': 1 });
    await restore();
  });

  it('gives exactly a hundred of a hundred to two thousand shoppers', async () => {
    const offerId = await liveOffer({ total: 100 });
    const changes = (await shoppers('total', 2_000)).map((shopperId) => entryOf(shopperId));
    // Few in a batch, so that many are under way while the last of the hundred are given.
    const batches = Array.from({ length: 64 }, (_, index) =>
      changes.filter((_each, at) => at % 64 === index),
    );
    // As many at once as twice the connections of a process: more would wait for those, not for the counter.
    const workers = Array.from({ length: 20 }, async () => {
      for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) await take(batch);
    });
    await Promise.all(workers);
    expect(await outcomes('considered @> $1::jsonb', [JSON.stringify([{ offerId }])])).toEqual({
      offer: 100,
      'limit-reached': 1_900,
    });
    expect(await countOf('deliveries', 'offer_id = $1', [offerId])).toBe(100);
    const [counter] = await shop.database.query<{ used: number; ceiling: number }>(
      'SELECT sum(used) AS used, sum(ceiling) AS ceiling FROM offer_counters WHERE offer_id = $1',
      [offerId],
    );
    expect(counter).toEqual({ used: 100, ceiling: 100 });
  });

  it('never reserves more money than the budget holds', async () => {
    const offerId = await liveOffer(
      { budget: { amount: 1_000, currency: 'EUR', per: 'campaign' } },
      { reward: { type: 'amountOff', value: { amount: 150, currency: 'EUR' } } },
    );
    const changes = (await shoppers('budget', 60)).map((shopperId) => entryOf(shopperId));
    await Promise.all(changes.map((change) => take([change])));
    expect(await countOf('coupons', 'offer_id = $1', [offerId])).toBe(6);
    expect(await outcomes('considered @> $1::jsonb', [JSON.stringify([{ offerId }])])).toEqual({
      offer: 6,
      'budget-exhausted': 54,
    });
  });

  it('gives a paced budget out as far as the day has come, and one reward more', async () => {
    const amount = 24_000;
    const offerId = await liveOffer(
      { budget: { amount, currency: 'EUR', per: 'day', pacing: 'openingHours' } },
      { reward: { type: 'amountOff', value: { amount: 200, currency: 'EUR' } } },
    );
    const at = clock.now();
    const changes = (await shoppers('paced', 140)).map((shopperId) => entryOf(shopperId, undefined, { at }));
    await Promise.all([take(changes.slice(0, 70)), take(changes.slice(70))]);
    // The corner shop says no hours: it is always open.
    const passed = localTime(at, 'Europe/Berlin').minuteOfDay / 1_440;
    const rewards = Math.floor(Math.floor(amount * passed) / 200) + 1;
    expect(await countOf('coupons', 'offer_id = $1', [offerId])).toBe(Math.min(amount / 200, rewards));
  });

  it('takes nothing for a shopper who is held out, and keeps all that the offer would have been', async () => {
    const offerId = await liveOffer(
      { total: 1 },
      {
        holdoutShare: 1,
        content: {
          default: { title: 'In {{zone.name}}', body: 'At {{store.name}}', deepLink: 'app://roast' },
        },
        reward: { type: 'amountOff', value: { amount: 150, currency: 'EUR' } },
        expiresInSeconds: 600,
      },
    );
    const changes = (await shoppers('ghost', 20)).map((shopperId) => entryOf(shopperId));
    await Promise.all(changes.map((change) => take([change])));
    expect(await outcomes('offer_id = $1', [offerId])).toEqual({ holdout: 20 });
    expect(await countOf('offer_counters', 'offer_id = $1 AND used > 0', [offerId])).toBe(0);
    expect(await countOf('cap_events', 'offer_id = $1', [offerId])).toBe(0);
    const { body } = await shop.call('GET', `/v1/decisions?outcome=ghost&offerId=${offerId}&limit=1`, {
      as: shop.serviceKey,
    });
    const [{ ghost, at }] = body.items as [{ ghost: { expiresAt: string }; at: string }];
    expect(ghost).toEqual({
      title: 'In Coffee',
      body: 'At Corner Market',
      deepLink: 'app://roast',
      reward: { type: 'amountOff', value: 150, currency: 'EUR' },
      expiresAt: expect.any(String),
    });
    expect(Date.parse(ghost.expiresAt)).toBeGreaterThanOrEqual(Date.parse(at) + 600_000);
  });

  it('decides once on a change that comes again, at once or later', async () => {
    const offerId = await liveOffer({ perShopper: [{ max: 5, per: 'visit' }] });
    const [cyd] = (await shoppers('twice', 1)) as [ShopperId];
    const change = entryOf(cyd);
    await Promise.all([take([change]), take([change]), take([change])]);
    await take([change]);
    expect(await outcomes('shopper_id = $1', [cyd])).toEqual({ offer: 1 });
    expect(await countOf('deliveries', 'offer_id = $1', [offerId])).toBe(1);
    expect(await countOf('outbox', `payload ->> 'shopperId' = $1`, [cyd])).toBe(1);
  });

  it('writes nothing of a shopper who has withdrawn, whatever was under way', async () => {
    await liveOffer({});
    const [dora] = (await shoppers('gone', 1)) as [ShopperId];
    await shop.database.run(
      `UPDATE consents SET granted = false WHERE shopper_id = $1 AND purpose = 'location'`,
      [dora],
    );
    await take([
      { ...entryOf(dora), kind: 'visitStarted', startedAt: clock.now(), via: 'sighting' },
      entryOf(dora),
    ]);
    for (const table of ['decisions', 'visits', 'deliveries', 'cap_events']) {
      expect([table, await countOf(table, 'shopper_id = $1', [dora])]).toEqual([table, 0]);
    }
  });
});
