import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { startEmbedded } from '../../src/platform/embedded/index.js';
import { CornerShop, coffeeGreeting } from '../support/corner-shop.js';
import { doorsOf } from '../support/doors.js';
import {
  freshDatabase,
  settingsOn,
  startProgram,
  type Environment,
  type Program,
} from '../support/program.js';

describe('an api and a worker', () => {
  let folder: string;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let services: Awaited<ReturnType<typeof startEmbedded>>;
  let running: Program[] = [];
  let env: Environment;
  let corner: CornerShop;

  // A Redis of its own, because one of the tests empties it.
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'aislecue-e2e-'));
    services = await startEmbedded({
      dataFolder: folder,
      need: { postgres: false, redis: true },
      log: () => undefined,
    });
    database = await freshDatabase();
    env = settingsOn(database.url, services.redisUrl);
    await start();
    corner = await CornerShop.open(await doorsOf(api().url, env));
  });
  afterEach(() => corner.takeOffersDown());
  afterAll(async () => {
    corner.close();
    await Promise.all(running.map((program) => program.end('SIGKILL')));
    await database.drop();
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The api where it was before, if it was. */
  async function start(): Promise<void> {
    const before = running[0];
    const port = before === undefined ? {} : { PORT: new URL(before.url).port };
    running = await Promise.all([
      startProgram({ ...env, ...port, ROLE: 'api' }),
      startProgram({ ...env, ROLE: 'worker' }),
    ]);
  }
  const [api, worker] = [(): Program => running[0]!, (): Program => running[1]!];

  it('share the work: sightings and sockets at one, decisions at the other', async () => {
    const offerId = await corner.offer(coffeeGreeting());
    const ada = await corner.person('ada');
    const phone = await corner.phoneOf(ada);
    await corner.walkTo(ada, 'coffee');
    expect(await phone.nextOffer()).toMatchObject({ offerId, zoneId: 'coffee' });
    expect((await worker().call('GET', '/v1/stores', { as: corner.shop.serviceKey })).status).toBe(404);
    expect((await worker().call('GET', '/readyz')).status).toBe(200);
  });

  it('lose no offer when both are killed between the decision and the phone', async () => {
    await corner.offer(coffeeGreeting());
    const ben = await corner.person('ben');
    await corner.walkTo(ben, 'coffee');
    const decision = await corner.decisionAbout(ben);
    expect(decision.outcome).toBe('offer');
    await Promise.all(running.map((program) => program.end('SIGKILL')));
    await start();
    const phone = await corner.phoneOf(ben);
    expect(await phone.nextOffer()).toMatchObject({ decisionId: decision.decisionId });
    expect((await corner.wallet(ben)).body.items).toHaveLength(1);
  });

  it('decide after a crash what was heard before it', async () => {
    await corner.offer(coffeeGreeting());
    const cid = await corner.person('cid');
    const phone = await corner.phoneOf(cid);
    await worker().end('SIGKILL');
    await corner.walkTo(cid, 'coffee');
    running[1] = await startProgram({ ...env, ROLE: 'worker' });
    const offer = await phone.nextOffer();
    expect(await corner.decisionAbout(cid)).toMatchObject({
      outcome: 'offer',
      decisionId: offer.decisionId,
    });
  });

  it('go on when Redis forgets everything, and give no offer twice', async () => {
    await corner.offer(coffeeGreeting({ limits: { perShopper: [{ max: 1, per: '30d' }] } }));
    const dora = await corner.person('dora');
    await corner.walkTo(dora, 'coffee');
    const first = await corner.decisionAbout(dora);
    expect(first.outcome).toBe('offer');

    const redis = new Redis(services.redisUrl ?? '');
    await redis.flushall();
    redis.disconnect();

    // What was decided still comes to the phone, by the phone's own call.
    const phone = await corner.phoneOf(dora);
    expect(await phone.nextOffer()).toMatchObject({ decisionId: first.decisionId });
    // The streams and their groups are made again; nobody is greeted twice.
    await corner.walkTo(dora, 'coffee');
    expect(await corner.decisionAbout(dora, 2)).toMatchObject({ outcome: 'silence', reason: 'offer-cap' });
    const bob = await corner.person('bob');
    const his = await corner.phoneOf(bob);
    await corner.walkTo(bob, 'coffee');
    await his.nextOffer();
    expect(phone.offers).toHaveLength(1);
  });

  it('end when they are told to', async () => {
    const ends = await Promise.all(running.map((program) => program.end('SIGTERM')));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  });
});
