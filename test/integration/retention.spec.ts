import { Retention } from '../../src/privacy/retention/retention.js';
import { CornerShop, coffeeGreeting } from '../support/corner-shop.js';
import { startShop, type Shop } from '../support/shop.js';
import { until } from '../support/until.js';

const said: string[] = [];
let shop: Shop;

beforeAll(async () => {
  shop = await startShop(
    { LOG_LEVEL: 'debug', KEEP_VISITS_DAYS: '60' },
    { write: (line) => said.push(line) },
  );
});
afterAll(() => shop.stop());

const metrics = async (): Promise<string> => {
  const response = await fetch(`${shop.url}/metrics`);
  return response.text();
};
const gauge = async (kind: string): Promise<number> => {
  const found = new RegExp(`retention_oldest_row_age_seconds\\{kind="${kind}"\\} (\\S+)`).exec(
    await metrics(),
  );
  return Number(found?.[1]);
};
const count = async (table: string): Promise<number> => {
  const [row] = await shop.database.query<{ count: number }>(`SELECT count(*) FROM ${table}`);
  return row?.count ?? -1;
};
/** One decision of so many days ago. */
const decision = (outcome: string, days: number): Promise<number> =>
  shop.database.run(
    `INSERT INTO decisions (decision_id, change_id, shopper_id, store_id, visit_id, on_trigger, at, outcome, considered, latency)
     VALUES (gen_random_uuid(), gen_random_uuid(), 'zoe', 's1', gen_random_uuid(), 'checkedIn',
             now() - make_interval(days => $2), $1, '[]', '{}')`,
    [outcome, days],
  );
const visit = (days: number): Promise<number> =>
  shop.database.run(
    `WITH visit AS (
       INSERT INTO visits VALUES (gen_random_uuid(), 'zoe', 's1', now() - make_interval(days => $1),
                                  now() - make_interval(days => $1), 'checkin') RETURNING visit_id),
     stay AS (INSERT INTO stays SELECT visit_id, 'z', now() FROM visit)
     INSERT INTO checkins SELECT gen_random_uuid(), visit_id, 'zoe', 's1', 'z', 'qr', now(), now() FROM visit`,
    [days],
  );

describe('what is kept for a time', () => {
  it('goes when its time is over, each kind in its own, and the metric says how old the oldest is', async () => {
    await decision('silence', 29);
    await decision('silence', 31);
    await decision('ghost', 395);
    await decision('offer', 397);
    await visit(59);
    await visit(61);
    expect(await gauge('silence')).toBeGreaterThan(30 * 86_400);
    await shop.get(Retention).run();
    expect(await count("decisions WHERE outcome = 'silence'")).toBe(1);
    expect(await count("decisions WHERE outcome <> 'silence'")).toBe(1);
    expect([await count('visits'), await count('stays'), await count('checkins')]).toEqual([1, 1, 1]);
    expect(await gauge('silence')).toBeLessThan(30 * 86_400);
    expect(await gauge('visits')).toBeLessThan(60 * 86_400);
    expect(await gauge('recordings')).toBe(0);
  });

  it('stays as long as it is open, however old', async () => {
    await shop.database.run(
      `INSERT INTO visits VALUES (gen_random_uuid(), 'open', 's1', now() - interval '99 days', NULL, 'checkin')`,
    );
    await shop.get(Retention).run();
    expect(await count("visits WHERE shopper_id = 'open'")).toBe(1);
  });

  it('goes in as many batches as it takes', async () => {
    await shop.database.run(
      `INSERT INTO decisions (decision_id, change_id, shopper_id, store_id, visit_id, on_trigger, at, outcome, considered, latency)
       SELECT gen_random_uuid(), gen_random_uuid(), 'zoe', 's1', gen_random_uuid(), 'checkedIn',
              now() - interval '40 days', 'silence', '[]', '{}' FROM generate_series(1, 5001)`,
    );
    await shop.get(Retention).run();
    expect(await count("decisions WHERE outcome = 'silence'")).toBe(1);
  });
});

describe('the ledgers', () => {
  it.each(['consent_history', 'audit_log'])('%s only grows', async (ledger) => {
    for (const sql of [`DELETE FROM ${ledger}`, `TRUNCATE ${ledger}`, `UPDATE ${ledger} SET actor = 'me'`]) {
      await expect(shop.database.run(sql)).rejects.toThrow('append-only');
    }
    await expect(
      shop.database.transaction(async (tx) => {
        await tx.query("SELECT set_config('aislecue.rewrites', 'erasure', true)");
        await tx.run(`DELETE FROM ${ledger}`);
      }),
    ).rejects.toThrow('append-only');
  });
});

describe('what a busy process says of itself', () => {
  it('names no shopper: neither in the log nor in the metrics', async () => {
    const corner = await CornerShop.open(shop);
    await corner.offer(coffeeGreeting({ reward: { type: 'percentOff', value: 5 } }));
    const dora = await corner.person('dora-who-is-named-nowhere', ['location', 'profiling', 'push']);
    await corner.buys(dora, 'melitta-filters', { daysAgo: [50, 20] });
    const phone = await corner.phoneOf(dora);
    await corner.walkTo(dora, 'coffee');
    const offer = await phone.nextOffer();
    await corner.redeem(offer.couponCode ?? '', [{ productId: 'melitta-filters', quantity: 1 }]);
    const as = shop.serviceKey;
    for (const [method, path] of [
      ['GET', `/v1/shoppers/${dora.shopperId}`],
      ['GET', `/v1/shoppers/${dora.shopperId}/export`],
      ['GET', `/v1/shoppers/${dora.shopperId}/nothing`],
      ['PUT', `/v1/shoppers/${dora.shopperId}/consents/nothing`],
      ['DELETE', `/v1/shoppers/${dora.shopperId}`],
    ] as const) {
      await shop.call(method, path, { as });
    }
    await until(
      () => count('erasures WHERE passes > 0'),
      (passed) => passed === 1,
    );
    const told = `${said.join('')}${await metrics()}`;
    expect(told).toContain('http_requests_total');
    for (const name of [dora.shopperId, dora.tag, dora.token, offer.couponCode ?? '']) {
      expect(told).not.toContain(name);
    }
    corner.close();
  });
});
