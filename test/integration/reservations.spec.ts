import { Decisions } from '../../src/decisions/decisions.service.js';
import { Withdrawals } from '../../src/delivery/withdrawals.service.js';
import { commitReservation, releaseReservations, returnReservation } from '../../src/limits/index.js';
import { lockShoppers } from '../../src/platform/index.js';
import type { DecisionId, OfferId, ShopperId } from '../../src/shared/index.js';
import { DecisionDesk, entryOf, premisesOf } from '../support/decision-desk.js';
import { faultsInLedger } from '../support/oracle.js';
import { startShop, type Shop } from '../support/shop.js';

/** What offers hold of budgets: reserved with the decision, spent at the till, given back when they are over. */
describe('reservations', () => {
  let shop: Shop;
  let desk: DecisionDesk;
  let made = 0;

  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api' });
    desk = await DecisionDesk.open(premisesOf(shop));
  });
  afterEach(async () => {
    await desk.archiveAll();
    expect(await faultsInLedger((sql) => shop.database.query(sql))).toEqual([]);
  });
  afterAll(() => shop.stop());

  const reward = { reward: { type: 'amountOff', value: { amount: 150, currency: 'EUR' } } };
  const budget = (amount: number, per = 'campaign') => ({ budget: { amount, currency: 'EUR', per } });

  /** As many shoppers as told come by; those who get an offer. */
  async function offered(count: number): Promise<{ shopperId: ShopperId; decisionId: DecisionId }[]> {
    const ids = await desk.shoppers(`wave${(made += 1)}`, count);
    await shop.get(Decisions).take(ids.map((shopperId) => entryOf(shopperId)));
    return shop.database.query(
      `SELECT shopper_id AS "shopperId", decision_id AS "decisionId" FROM decisions
       WHERE shopper_id = ANY($1) AND outcome = 'offer' ORDER BY shopper_id`,
      [ids],
    );
  }
  const under = <T>(
    { shopperId }: { shopperId: ShopperId },
    work: Parameters<typeof shop.database.transaction<T>>[0],
  ): Promise<T> =>
    shop.database.transaction(async (tx) => {
      await lockShoppers(tx, [shopperId]);
      return work(tx);
    });
  async function held(offerId: string, what: string): Promise<number> {
    const [row] = await shop.database.query<{ used: number | null }>(
      'SELECT sum(used) AS used FROM offer_counters WHERE offer_id = $1 AND key LIKE $2',
      [offerId, `%:${what}%`],
    );
    return row?.used ?? 0;
  }

  it('keep what a redemption cost, and give the rest back once the coupon is over, however often said', async () => {
    const offerId = await desk.liveOffer(budget(1_000), reward);
    const [first] = await offered(1);
    expect(await held(offerId, 'budget')).toBe(150);
    for (let time = 0; time < 2; time += 1) {
      expect(await under(first!, (tx) => commitReservation(tx, first!.decisionId, 40))).toBe(true);
    }
    // Should it be returned while it is good, the whole must be there again.
    expect(await held(offerId, 'budget')).toBe(150);
    for (let time = 0; time < 2; time += 1) {
      await under(first!, (tx) => releaseReservations(tx, [first!.decisionId], 'expired'));
      expect(await held(offerId, 'budget')).toBe(40);
    }
    await under(first!, (tx) => returnReservation(tx, first!.decisionId));
    await under(first!, (tx) => returnReservation(tx, first!.decisionId));
    expect(await held(offerId, 'budget')).toBe(0);
  });

  it('come to the same whether a return or the end is told first', async () => {
    const offerId = await desk.liveOffer(budget(1_000), reward);
    const [first] = await offered(1);
    await under(first!, (tx) => commitReservation(tx, first!.decisionId, 150));
    await under(first!, (tx) => returnReservation(tx, first!.decisionId));
    expect(await held(offerId, 'budget')).toBe(150);
    await under(first!, (tx) => releaseReservations(tx, [first!.decisionId], 'expired'));
    expect(await held(offerId, 'budget')).toBe(0);
  });

  it('refuse a redemption of what was given back, and one above what was held', async () => {
    await desk.liveOffer(budget(1_000), reward);
    const [first, second] = await offered(2);
    await under(first!, (tx) => releaseReservations(tx, [first!.decisionId], 'expired'));
    expect(await under(first!, (tx) => commitReservation(tx, first!.decisionId, 10))).toBe(false);
    await expect(under(second!, (tx) => commitReservation(tx, second!.decisionId, 151))).rejects.toThrow();
  });

  it('say nothing against a redemption of an offer without budget', async () => {
    await desk.liveOffer({}, reward);
    const [first] = await offered(1);
    expect(await under(first!, (tx) => commitReservation(tx, first!.decisionId, 150))).toBe(true);
  });

  it('let the next shopper have what another did not use', async () => {
    const offerId = await desk.liveOffer(budget(300), reward);
    const lucky = await offered(5);
    expect(lucky).toHaveLength(2);
    await under(lucky[0]!, (tx) => releaseReservations(tx, [lucky[0]!.decisionId], 'expired'));
    expect(await offered(5)).toHaveLength(1);
    expect(await held(offerId, 'budget')).toBe(300);
  });

  it('come back when the offer is withdrawn, because it was archived', async () => {
    const offerId = await desk.liveOffer(budget(1_000), reward);
    expect(await offered(3)).toHaveLength(3);
    await desk.archiveAll();
    await shop.get(Withdrawals).stopped({ offerId: offerId as OfferId });
    expect(await held(offerId, 'budget')).toBe(0);
  });

  it('count an offer made in its total for ever, but one that never came to the shopper', async () => {
    const offerId = await desk.liveOffer({ total: 2, perStore: 2, ...budget(10_000) }, reward);
    const [first, second] = await offered(3);
    await under(first!, (tx) => releaseReservations(tx, [first!.decisionId], 'expired'));
    expect(await offered(1)).toHaveLength(0);
    await under(second!, (tx) => releaseReservations(tx, [second!.decisionId], 'undelivered'));
    expect([
      await held(offerId, 'total'),
      await held(offerId, 'store'),
      await held(offerId, 'budget'),
    ]).toEqual([1, 1, 0]);
    expect(await offered(3)).toHaveLength(1);
  });

  it('are given back under the clock of many grants without one too many', async () => {
    const offerId = await desk.liveOffer(budget(150_000), reward);
    for (let wave = 0; wave < 3; wave += 1) {
      const lucky = await offered(150);
      await Promise.all([
        shop.database.transaction(async (tx) => {
          await lockShoppers(
            tx,
            lucky.map(({ shopperId }) => shopperId),
          );
          await releaseReservations(
            tx,
            lucky.map(({ decisionId }) => decisionId),
            'expired',
          );
        }),
        offered(150),
        offered(150),
      ]);
    }
    expect(await held(offerId, 'budget')).toBe(900 * 150);
    expect(await offered(150)).toHaveLength(100);
  });
});
