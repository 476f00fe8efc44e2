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
import { connectPhone } from '../support/shoppers-phone.js';

describe('an api and a worker', () => {
  let folder: string;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let services: Awaited<ReturnType<typeof startEmbedded>>;
  let running: Program[];
  let env: Environment;

  // A Redis of its own, because one of the tests empties it.
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'aislecue-e2e-'));
    services = await startEmbedded({
      dataFolder: folder,
      need: { postgres: false, redis: true },
      log: () => undefined,
    });
  });
  afterAll(async () => {
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    database = await freshDatabase();
    env = settingsOn(database.url, services.redisUrl);
    running = [];
    await start();
  });
  afterEach(async () => {
    await Promise.all(running.map((program) => program.end('SIGKILL')));
    await database.drop();
  });

  async function start(): Promise<void> {
    running = await Promise.all([
      startProgram({ ...env, ROLE: 'api' }),
      startProgram({ ...env, ROLE: 'worker' }),
    ]);
  }
  const [api, worker] = [(): Program => running[0]!, (): Program => running[1]!];

  it('share the work: sightings and sockets at one, decisions at the other', async () => {
    const corner = await CornerShop.open(await doorsOf(api().url, env));
    const offerId = await corner.offer(coffeeGreeting());
    const ada = await corner.person('ada');
    const phone = await corner.phoneOf(ada);
    await corner.walkTo(ada, 'coffee');
    expect(await phone.nextOffer()).toMatchObject({ offerId, zoneId: 'coffee' });
    expect((await worker().call('GET', '/v1/stores', { as: corner.shop.serviceKey })).status).toBe(404);
    expect((await worker().call('GET', '/readyz')).status).toBe(200);
    corner.close();
    const ends = await Promise.all(running.map((program) => program.end('SIGTERM')));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  });

  it('lose no offer when both are killed between the decision and the phone', async () => {
    const corner = await CornerShop.open(await doorsOf(api().url, env));
    await corner.offer(coffeeGreeting());
    const ada = await corner.person('ada');
    await corner.walkTo(ada, 'coffee');
    const decision = await corner.decisionAbout(ada);
    expect(decision.outcome).toBe('offer');
    await Promise.all(running.map((program) => program.end('SIGKILL')));
    await start();
    const phone = await connectPhone(api().url, ada.token);
    expect(await phone.nextOffer()).toMatchObject({ decisionId: decision.decisionId });
    const wallet = await api().call('GET', '/v1/me/offers', { as: ada.token });
    expect(wallet.body.items).toHaveLength(1);
    phone.close();
  });

  it('decide after a crash what was heard before it', async () => {
    const corner = await CornerShop.open(await doorsOf(api().url, env));
    await corner.offer(coffeeGreeting());
    const ada = await corner.person('ada');
    const phone = await corner.phoneOf(ada);
    await worker().end('SIGKILL');
    await corner.walkTo(ada, 'coffee');
    running[1] = await startProgram({ ...env, ROLE: 'worker' });
    const offer = await phone.nextOffer();
    expect(await corner.decisionAbout(ada)).toMatchObject({
      outcome: 'offer',
      decisionId: offer.decisionId,
    });
    corner.close();
  });

  it('go on when Redis forgets everything, and give no offer twice', async () => {
    const corner = await CornerShop.open(await doorsOf(api().url, env));
    await corner.offer(coffeeGreeting({ limits: { perShopper: [{ max: 1, per: '30d' }] } }));
    const ada = await corner.person('ada');
    await corner.walkTo(ada, 'coffee');
    const first = await corner.decisionAbout(ada);
    expect(first.outcome).toBe('offer');

    const redis = new Redis(services.redisUrl ?? '');
    await redis.flushall();
    redis.disconnect();

    // What was decided still comes to the phone, by the phone's own call.
    const phone = await corner.phoneOf(ada);
    expect(await phone.nextOffer()).toMatchObject({ decisionId: first.decisionId });
    // The streams and their groups are made again; nobody is greeted twice.
    await corner.walkTo(ada, 'coffee');
    expect(await corner.decisionAbout(ada, 2)).toMatchObject({ outcome: 'silence', reason: 'offer-cap' });
    const bob = await corner.person('bob');
    const his = await corner.phoneOf(bob);
    await corner.walkTo(bob, 'coffee');
    await his.nextOffer();
    expect(phone.offers).toHaveLength(1);
    corner.close();
  });
});
