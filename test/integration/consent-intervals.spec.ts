import fc from 'fast-check';
import { PresenceService } from '../../src/presence/index.js';
import type { ShopperId } from '../../src/shared/index.js';
import { CornerShop, STORE, coffeeGreeting, type Person } from '../support/corner-shop.js';
import { startShop, type Reply, type Shop } from '../support/shop.js';
import { dumpOfRedis } from '../support/traces.js';
import { until } from '../support/until.js';

const PURPOSES = ['location', 'profiling'] as const;
type Purpose = (typeof PURPOSES)[number];

/** Rows that say where somebody was or what they were told need `location`; rows drawn from purchases need `profiling`. */
const NEEDS: Readonly<Record<Purpose, readonly string[]>> = {
  location: ['visits', 'checkins', 'decisions', 'cap_events', 'deliveries', 'coupons'],
  profiling: ['shopper_traits', 'replenishment', 'shopper_value', 'segment_members'],
};

/**
 * A witness in the database itself: whatever writes a row about a person, in whatever process, is asked in that very
 * transaction whether the consent it needs stands.
 */
const WITNESS = `
  CREATE FUNCTION bear_witness() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO witnessed SELECT TG_TABLE_NAME, NEW.shopper_id, EXISTS (
      SELECT FROM consents WHERE shopper_id = NEW.shopper_id AND purpose = TG_ARGV[0] AND granted);
    RETURN NEW;
  END $$`;

type Step =
  | { does: 'grant' | 'withdraw'; who: number; purpose: Purpose }
  | { does: 'checksIn' | 'isHeard' | 'buys' | 'slipsAway'; who: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom('grant' as const, 'withdraw' as const),
      who: fc.nat(2),
      purpose: fc.constantFrom(...PURPOSES),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constantFrom('checksIn' as const, 'isHeard' as const, 'buys' as const, 'slipsAway' as const),
      who: fc.nat(2),
    }),
  },
);
/** What happens at once: no order is promised within it. */
const moments = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 25, maxLength: 40 });

let shop: Shop;
let corner: CornerShop;
let gateway: string;
let people: Person[];

beforeAll(async () => {
  shop = await startShop();
  corner = await CornerShop.open(shop);
  gateway = await shop.key('gateway', STORE);
  await corner.offer(
    coffeeGreeting({
      trigger: { on: ['checkedIn', 'zoneEntered', 'visitStarted'] },
      limits: { ignoresGlobalCaps: true },
      reward: { type: 'percentOff', value: 5 },
    }),
  );
  await shop.database.run('CREATE TABLE witnessed (what text, whose text, allowed boolean)');
  await shop.database.run(WITNESS);
  for (const purpose of PURPOSES) {
    for (const table of NEEDS[purpose]) {
      await shop.database.run(
        `CREATE TRIGGER witness BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION bear_witness('${purpose}')`,
      );
    }
  }
  people = await Promise.all(['ann', 'ben', 'cyd'].map((name) => corner.person(name, [])));
});
afterAll(async () => {
  corner.close();
  await shop.stop();
});

async function take(taken: Step): Promise<Reply> {
  const person = people[taken.who]!;
  const as = shop.serviceKey;
  switch (taken.does) {
    case 'grant':
    case 'withdraw':
      return shop.call('PUT', `/v1/shoppers/${person.shopperId}/consents/${taken.purpose}`, {
        as,
        body: { granted: taken.does === 'grant', policyVersion: '1', source: 'test' },
      });
    case 'checksIn':
      return shop.call('POST', '/v1/checkins', {
        as: person.token,
        body: { storeId: STORE, zoneId: 'coffee', method: 'qr' },
      });
    case 'isHeard':
      return shop.call('POST', '/v1/sightings', { as: gateway, body: { sightings: heardNow(person) } });
    // Withdraws while the decision about the check-in is still under way.
    case 'slipsAway': {
      const { who } = taken;
      await take({ does: 'grant', who, purpose: 'location' });
      await take({ does: 'checksIn', who });
      return take({ does: 'withdraw', who, purpose: 'location' });
    }
    case 'buys': {
      await corner.buys(person, 'melitta-filters', { daysAgo: [50, 25] });
      return { status: 200, body: {}, headers: new Headers() };
    }
  }
}

function heardNow({ tag }: Person): object[] {
  const now = Date.now();
  return [5, 4, 3, 2, 1, 0].map((second) => ({
    gatewayId: 'gw-coffee',
    beaconId: tag,
    rssiDbm: -48,
    observedAt: new Date(now - second * 1_000).toISOString(),
  }));
}

const lacking = async (purpose: Purpose): Promise<Person[]> => {
  const rows = await shop.database.query<{ shopper_id: string }>(
    'SELECT shopper_id FROM consents WHERE purpose = $1 AND granted',
    [purpose],
  );
  const granted = new Set(rows.map((row) => row.shopper_id));
  return people.filter(({ shopperId }) => !granted.has(shopperId));
};

describe('nothing is written about a person outside their consent', () => {
  it('whatever comes in, in whatever order and at once', async () => {
    await fc.assert(
      fc.asyncProperty(moments, async (sequence) => {
        for (const moment of sequence) {
          for (const { status } of await Promise.all(moment.map(take))) expect(status).toBeLessThan(500);
        }
        const forbidden = await shop.database.query(
          'SELECT what, whose, count(*) FROM witnessed WHERE NOT allowed GROUP BY 1, 2',
        );
        expect(forbidden).toEqual([]);
        await nothingIsLeft();
      }),
      { numRuns: 3, endOnFailure: true },
    );
    // The sequences must have done something, or the witness would have had nothing to say.
    const seen = await shop.database.query<{ what: string }>('SELECT DISTINCT what FROM witnessed');
    expect(seen.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'visits',
        'checkins',
        'decisions',
        'deliveries',
        'replenishment',
        'shopper_value',
      ]),
    );
  }, 180_000);
});

/** Of those who have not consented nothing is alive, and nothing drawn from their purchases is kept. */
async function nothingIsLeft(): Promise<void> {
  const unlocated = await lacking('location');
  const presence = shop.get(PresenceService);
  for (const { shopperId } of unlocated) {
    await until(
      () => presence.of(shopperId as ShopperId),
      (held) => held === undefined,
    );
  }
  const ids = unlocated.map(({ shopperId }) => shopperId);
  const open = `SELECT (SELECT count(*) FROM visits WHERE shopper_id = ANY($1) AND ended_at IS NULL)
    + (SELECT count(*) FROM deliveries WHERE shopper_id = ANY($1) AND closed_at IS NULL) AS open`;
  await until(
    () => shop.database.query(open, [ids]),
    (rows) => (rows[0] as { open: number }).open === 0,
  );
  const unprofiled = (await lacking('profiling')).map(({ shopperId }) => shopperId);
  const derived = NEEDS.profiling.map(
    (table) => `(SELECT count(*) FROM ${table} WHERE shopper_id = ANY($1))`,
  );
  await until(
    () => shop.database.query(`SELECT ${derived.join(' + ')} AS derived`, [unprofiled]),
    (rows) => (rows[0] as { derived: number }).derived === 0,
  );
  const redis = await dumpOfRedis(shop);
  for (const { tag } of unlocated) expect(redis).not.toContain(`"${tag}","gw-coffee"`);
}
