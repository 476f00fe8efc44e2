import type { PresenceChange } from '../../src/presence/index.js';
import type { ShopperId } from '../../src/shared/index.js';
import { entryOf } from '../support/decision-desk.js';
import { faultsInLedger } from '../support/oracle.js';
import { SeveralProcesses } from '../support/several-processes.js';
import { until } from '../support/until.js';

/** In full, as the promise is worded: FAULTS_WORKERS=50 FAULTS_CREW=5 FAULTS_TRIES=5000 FAULTS_TOTAL=1007. */
const setting = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const WORKERS = setting('FAULTS_WORKERS', 3);
/** How many of the workers share a process: fifty processes are more than two cores start. */
const CREW = setting('FAULTS_CREW', 1);
const TRIES = setting('FAULTS_TRIES', 1_800);
/** More than 800, so that its counter is split in shares. */
const TOTAL = setting('FAULTS_TOTAL', 850);
/** What is taken over from a worker that was killed has lain for ten seconds, and is looked for each five. */
const TAKEN_OVER_MS = 50_000 + TRIES * 10;
/** Of the whole of them, on a machine that has other things to do as well. */
const DECIDED_MS = 40_000 + TRIES * 10;

describe('limits, in several processes', () => {
  let shop: SeveralProcesses;
  let wave = 0;

  beforeAll(
    async () => {
      shop = await SeveralProcesses.start(WORKERS, CREW);
    },
    120_000 + WORKERS * 15_000,
  );
  afterEach(async () => {
    await shop.desk.archiveAll();
    const query = <Row extends object>(sql: string): Promise<Row[]> => shop.database.query<Row>(sql);
    // An offer that was made waits there until somebody has tried to deliver it.
    await until(
      () => shop.desk.countOf('outbox', `event = 'offer.granted'`, []),
      (count) => count === 0,
      30_000,
    );
    expect(await faultsInLedger(query)).toEqual([]);
  }, 120_000);
  afterAll(() => shop.stop(), 60_000);

  /** A coupon of 1.50 with a total and with a budget that holds a few less than the total. */
  async function scarceOffer(): Promise<{ offerId: string; most: number }> {
    const most = TOTAL - 7;
    const offerId = await shop.desk.liveOffer(
      { total: TOTAL, budget: { amount: most * 150 + 149, currency: 'EUR', per: 'campaign' } },
      { reward: { type: 'amountOff', value: { amount: 150, currency: 'EUR' } } },
    );
    await heardOf();
    return { offerId, most };
  }

  /** Workers that a hint does not reach look once a second; a trigger before that would find no offer. */
  const heardOf = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_500));

  const triesOf = async (count: number): Promise<PresenceChange[]> =>
    (await shop.desk.shoppers(`wave${(wave += 1)}`, count)).map((shopperId) => entryOf(shopperId));

  async function expectExactly(offerId: string, most: number): Promise<void> {
    expect(await shop.desk.countOf('coupons', 'offer_id = $1', [offerId])).toBe(most);
    expect(await shop.desk.outcomes('considered @> $1::jsonb', [JSON.stringify([{ offerId }])])).toEqual({
      offer: most,
      'budget-exhausted': TRIES - most,
    });
  }

  it('makes one offer of two hundred triggers at once to a shopper who may have one', async () => {
    const offerId = await shop.desk.liveOffer({ perShopper: [{ max: 1, per: 'visit' }] });
    await heardOf();
    const [ada] = (await shop.desk.shoppers('ada', 1)) as [ShopperId];
    const { visitId } = entryOf(ada);
    // One shopper's changes lie in one stream: told in small parts, the workers share them.
    for (let part = 0; part < 20; part += 1) {
      await shop.tell(Array.from({ length: 10 }, () => entryOf(ada, visitId)));
    }
    await shop.decided(offerId, 200);
    expect(await shop.desk.outcomes('shopper_id = $1', [ada])).toEqual({ offer: 1, 'offer-cap': 199 });
  }, 90_000);

  it(
    'gives a total and a budget out to the last, and no further',
    async () => {
      const { offerId, most } = await scarceOffer();
      await shop.tell(await triesOf(TRIES));
      await shop.decided(offerId, TRIES, DECIDED_MS);
      await expectExactly(offerId, most);
    },
    DECIDED_MS + 60_000,
  );

  it('stops offers in one store, or everywhere, and lets them go on, in every process within five seconds', async () => {
    const offerId = await shop.desk.liveOffer({});
    const outcomesAfter = async (stopped: object): Promise<Record<string, unknown>> => {
      await shop.desk.policy({ stopped });
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      // Enough to lie in every stream, so that every worker has some.
      const people = await shop.desk.shoppers(`stop${(wave += 1)}`, 80);
      const storeOf = (index: number): string => (index % 2 === 0 ? 'corner' : 'harbour');
      await shop.tell(people.map((one, index) => entryOf(one, undefined, { storeId: storeOf(index) })));
      const theirs = 'shopper_id = ANY($1)';
      await until(
        () => shop.desk.countOf('decisions', theirs, [people]),
        (count) => count === people.length,
        40_000,
      );
      const at = (storeId: string) => shop.desk.outcomes(`${theirs} AND store_id = $2`, [people, storeId]);
      return { corner: await at('corner'), harbour: await at('harbour') };
    };
    expect(await outcomesAfter({ storeIds: ['corner'] })).toEqual({
      corner: { stopped: 40 },
      harbour: { offer: 40 },
    });
    expect(await outcomesAfter({ everywhere: true })).toEqual({
      corner: { stopped: 40 },
      harbour: { stopped: 40 },
    });
    expect(await outcomesAfter({})).toEqual({ corner: { offer: 40 }, harbour: { offer: 40 } });
    expect(await shop.desk.countOf('deliveries', 'offer_id = $1', [offerId])).toBe(120);
  }, 150_000);

  it(
    'keeps them when a worker is killed in the middle',
    async () => {
      const { offerId, most } = await scarceOffer();
      await shop.tell(await triesOf(TRIES));
      await shop.decided(offerId, 1);
      await shop.kill();
      await shop.decided(offerId, TRIES, TAKEN_OVER_MS);
      await expectExactly(offerId, most);
      await shop.hire(1);
    },
    TAKEN_OVER_MS + 120_000,
  );

  it(
    'keeps them when Redis forgets everything in the middle',
    async () => {
      const { offerId, most } = await scarceOffer();
      const tries = await triesOf(TRIES);
      await shop.tell(tries);
      await shop.decided(offerId, 1);
      await shop.redis.flushall();
      // What was lost is told once more, as phones and gateways do, and with it what was not.
      await shop.tell(tries);
      await shop.decided(offerId, TRIES, DECIDED_MS);
      await expectExactly(offerId, most);
    },
    DECIDED_MS + 60_000,
  );
});
