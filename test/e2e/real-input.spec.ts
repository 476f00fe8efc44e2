import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { doorsOf, type Doors } from '../support/doors.js';
import type { Reply } from '../support/http.js';
import {
  freshDatabase,
  runCli,
  settingsOn,
  startProgram,
  type Environment,
  type Program,
} from '../support/program.js';
import { connectPhone, type Phone } from '../support/shoppers-phone.js';

/**
 * Chapter 5, from outside: a retailer's own file of purchases, a gateway's own payload, and the reminder on the phone.
 * Told twice: on generated data, and on fifty real customers where they lie beside the checkout.
 */
const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const coop = path.join(shared, 'purchases/coop_customers_even.csv.gz');
const capture = path.join(shared, 'gateways/minew/json-long_2022_ibeacon.json');

const TAG = 'mac:ac233f8c7cee';
const DAY_MS = 86_400_000;

/** A payload of the same shape as the captured one: two tags that share one iBeacon id. */
const payload = ['AC233F8C7CEE', 'AC233FAA1AF3'].map((mac, index) => ({
  timestamp: `2022-01-20T13:22:49.${500 + index}Z`,
  type: 'iBeacon',
  mac,
  bleName: '',
  ibeaconUuid: 'E2C56DB5DFFB48D2B060D0F5A71096E0',
  ibeaconMajor: 0,
  ibeaconMinor: 0,
  rssi: -38,
  ibeaconTxPower: -59,
  battery: 0,
}));
const header = {
  timestamp: '2022-01-20T13:22:49.434Z',
  type: 'Gateway',
  mac: 'AC233FC0BC43',
  gatewayFree: 23,
};

/** Two years of twenty shoppers who buy milk every week and filters every four. */
function generatedPurchases(): string {
  const rows = ['shopper_id,purchased_at,basket_id,product_id,product_name,category,department,quantity'];
  const last = Date.parse('2007-12-31');
  for (let shopper = 0; shopper < 20; shopper += 1) {
    // Every other one has not been seen for two weeks: some of them must have run out.
    const lastDay = shopper % 2 === 0 ? 728 : 714;
    for (let day = 0; day <= lastDay; day += 7) {
      const at = new Date(last - (729 - day) * DAY_MS).toISOString().slice(0, 10);
      const id = `made-${String(shopper).padStart(3, '0')}`;
      const start = `${id},${at},${id}-${at}`;
      rows.push(`${start},1,MILK / FRESH,MILK,DAIRY,2`);
      // Each in a week of their own, so that some are due when the file ends.
      if ((day / 7 + shopper) % 4 === 0) rows.push(`${start},2,FILTERS / PAPER,FILTERS,COFFEE,1`);
    }
  }
  return `${rows.join('\n')}\n`;
}

interface Due {
  shopperId: string;
  category: string;
}

describe('5. Real input', () => {
  let folder: string;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let env: Environment;
  let program: Program;
  let doors: Doors;
  let phone: Phone | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'aislecue-real-'));
    database = await freshDatabase();
    env = { ...settingsOn(database.url), AISLECUE_DATA: folder };
    program = await startProgram(env);
    doors = await doorsOf(program.url, env);
  });
  afterEach(async () => {
    phone?.close();
    await program.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const asked = async (
    method: string,
    path: string,
    body?: unknown,
    as = doors.serviceKey,
  ): Promise<Reply['body']> => {
    const reply = await doors.call(method, path, { as, ...(body !== undefined && { body }) });
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply.body)}`);
    // What it holds is for each to know.
    return reply.body;
  };

  /** Somebody whom a reminder would suit, and of what. */
  async function somebodyDue(): Promise<Due> {
    const { items } = await asked('GET', '/v1/shoppers?limit=200');
    for (const { shopperId } of items as { shopperId: string }[]) {
      for (const purpose of ['location', 'profiling']) {
        await asked('PUT', `/v1/shoppers/${shopperId}/consents/${purpose}`, {
          granted: true,
          policyVersion: '1',
          source: 'loyalty card',
        });
      }
      const habits = await asked('GET', `/v1/shoppers/${shopperId}/replenishment`);
      const due = (habits.items as { category: string; dueProbability: number; purchases: number }[]).find(
        ({ dueProbability, purchases }) => dueProbability >= 0.6 && purchases >= 5,
      );
      if (due !== undefined) return { shopperId, category: due.category };
    }
    throw new Error('nobody is due for anything');
  }

  async function openStore(category: string): Promise<void> {
    await asked('PUT', '/v1/stores/coop', {
      name: 'Coop',
      timeZone: 'Europe/Rome',
      currency: 'EUR',
      zones: [{ zoneId: 'shelf', name: category, kind: 'aisle', categories: [category] }],
      gateways: [{ gatewayId: 'shelf-gateway', hardwareId: 'AC233FC0BC43', zoneId: 'shelf' }],
      beacons: [],
    });
  }

  async function remindOf(category: string): Promise<string> {
    const { offerId } = await asked('POST', '/v1/offers', {
      name: 'Running out',
      kind: 'replenishment',
      trigger: { on: ['zoneEntered'], categories: [category] },
      eligibility: {
        combinator: 'and',
        rules: [{ field: 'replenishment.dueProbability', of: { category }, operator: '>=', value: 0.6 }],
      },
      target: { categories: [category] },
      reward: { type: 'percentOff', value: 15, maxDiscount: { amount: 200, currency: 'EUR' } },
      content: { default: { title: 'Running low?', body: 'It is right here: {{reward.text}}' } },
    });
    await asked('POST', `/v1/offers/${offerId}/submit`);
    await asked('POST', `/v1/offers/${offerId}/approve`, undefined, (await doors.staff('approver')).token);
    return offerId as string;
  }

  /** From the imported file to the explained decision. */
  async function journey(payloadFile: string): Promise<void> {
    const { shopperId, category } = await somebodyDue();
    await openStore(category);
    const offerId = await remindOf(category);
    await asked('PUT', `/v1/shoppers/${shopperId}`, { carries: [TAG] });
    const { token } = await asked('POST', `/v1/shoppers/${shopperId}/tokens`);
    phone = await connectPhone(program.url, token as string);

    const replayed = await runCli(
      [
        ...['replay', '--format', 'minew', '--gateway', 'shelf-gateway', payloadFile],
        ...['--now', '--repeat', '8', '--every', '700ms'],
        ...['--url', program.url, '--key', await doors.key('gateway', 'coop')],
      ],
      env,
    );
    expect(replayed).toEqual({ posts: 8, failed: 0, accepted: 16, rejected: 0 });

    const offer = await phone.nextOffer();
    expect(offer).toMatchObject({
      offerId,
      title: 'Running low?',
      body: 'It is right here: 15 % off',
      zoneId: 'shelf',
    });
    expect(offer.couponCode).toEqual(expect.any(String));
    const decision = await asked('GET', `/v1/decisions/${offer.decisionId}`);
    expect(decision).toMatchObject({
      shopperId,
      outcome: 'offer',
      on: 'zoneEntered',
      zoneId: 'shelf',
      considered: [{ offerId, eligible: true, reasons: [] }],
    });
    expect(decision.considered[0].score).toBeGreaterThanOrEqual(0.6);
    expect(phone.offers).toHaveLength(1);
  }

  it('A generated history: imported by the command line, replayed by it, reminded on the phone', async () => {
    const file = path.join(folder, 'purchases.csv.gz');
    const rows = generatedPurchases();
    await writeFile(file, gzipSync(`${rows}made-999,not a day,b,3,X,X,X,1\n`));
    const imported = await runCli(['import', 'purchases', file, '--shift-to-now'], env);
    expect(imported).toMatchObject({ rows: rows.split('\n').length - 1 });

    const yesterday = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
    const { recent } = await asked('GET', '/v1/shoppers/made-000');
    expect(String(recent.purchases[0].purchasedAt).slice(0, 10)).toBe(yesterday);

    const replayFile = path.join(folder, 'minew.json');
    await writeFile(replayFile, JSON.stringify([header, ...payload]));
    await journey(replayFile);
  }, 120_000);

  const real = existsSync(coop) && existsSync(capture);
  (real ? it : it.skip)(
    `Fifty customers of a real supermarket and a captured payload${real ? '' : ' (skipped: ../shared is not here)'}`,
    async () => {
      const imported = await runCli(['import', 'purchases', coop, '--shift-to-now'], env);
      expect(imported).toMatchObject({ rows: 302_360 });
      await journey(capture);
    },
    180_000,
  );
});
