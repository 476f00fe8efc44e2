import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { startEmbedded } from '../../src/platform/embedded/index.js';
import { coffeeGreeting, CornerShop, type Person } from '../support/corner-shop.js';
import { doorsOf } from '../support/doors.js';
import { startFcm, type Fcm } from '../support/fcm.js';
import {
  freshDatabase,
  settingsOn,
  startProgram,
  type Environment,
  type Program,
} from '../support/program.js';
import { until } from '../support/until.js';

/** Past the lease of a try, the lock of its job and the look for stalled ones. */
const RECOVERED_MS = 40_000;
/** Two programs, a Redis and the command line, on a machine that does other things too. */
const STARTED_MS = 180_000;

describe('a worker that pushes', () => {
  let folder: string;
  let services: Awaited<ReturnType<typeof startEmbedded>>;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let fcm: Fcm;
  let env: Environment;
  let api: Program;
  let workers: Program[];
  let corner: CornerShop;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'aislecue-push-'));
    // A Redis of its own, because it is emptied here.
    services = await startEmbedded({
      dataFolder: folder,
      need: { postgres: false, redis: true },
      log: () => undefined,
    });
    database = await freshDatabase();
    fcm = await startFcm();
    env = { ...settingsOn(database.url, services.redisUrl), ...fcm.settings };
    api = await startProgram({ ...env, ROLE: 'api' });
    workers = [await startProgram({ ...env, ROLE: 'worker' })];
    corner = await CornerShop.open(await doorsOf(api.url, env));
    await corner.offer(coffeeGreeting());
  }, STARTED_MS);
  afterAll(async () => {
    await Promise.all([api, ...workers].map((program) => program.end('SIGKILL')));
    await fcm.stop();
    await services.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function pushable(name: string): Promise<Person> {
    const person = await corner.person(name, ['location', 'push']);
    const body = { platform: 'ios', pushToken: name };
    const registered = await api.call('PUT', '/v1/me/devices/phone', { as: person.token, body });
    expect(registered.status).toBe(200);
    return person;
  }
  const arrived = (name: string, count: number, withinMs = RECOVERED_MS): Promise<unknown> =>
    until(
      () => fcm.standIn.messages(name).length,
      (messages) => messages >= count,
      withinMs,
    );
  const collapseIds = (name: string): Set<string | undefined> =>
    new Set(fcm.standIn.messages(name).map(({ apns }) => apns?.headers?.['apns-collapse-id']));

  it('and is killed before FCM answered: another sends once more, under the same name', async () => {
    const ada = await pushable('ada');
    fcm.standIn.reply('ada', 'hang');
    await corner.walkTo(ada, 'coffee');
    await arrived('ada', 1, 10_000);
    // FCM has the message; that nobody heard so is what a kill between its answer and our commit looks like.
    await workers[0]!.end('SIGKILL');
    workers[0] = await startProgram({ ...env, ROLE: 'worker' });
    await arrived('ada', 2);
    const decision = await corner.decisionAbout(ada);
    await until(
      () => api.call('GET', '/v1/decisions?shopperId=ada', { as: corner.shop.serviceKey }),
      ({ body }) => body.items[0].latencyMs.pushed !== undefined,
    );
    expect(fcm.standIn.messages('ada')).toHaveLength(2);
    expect(collapseIds('ada')).toEqual(new Set([decision.decisionId]));
  });

  it('and loses Redis with its jobs: the outbox rings again', async () => {
    const bob = await pushable('bob');
    fcm.standIn.reply('bob', { unavailable: 3 });
    await corner.walkTo(bob, 'coffee');
    await arrived('bob', 1, 10_000);
    const redis = new Redis(services.redisUrl ?? '');
    await redis.flushall();
    redis.disconnect();
    await arrived('bob', 2);
    expect(collapseIds('bob').size).toBe(1);
  });

  it('and is killed between the decision and the push: another does it', async () => {
    const cleo = await pushable('cleo');
    // Nobody works: the sightings wait in the stream, the offer in nobody's hands.
    await workers[0]!.end('SIGKILL');
    await corner.walkTo(cleo, 'coffee');
    workers[0] = await startProgram({ ...env, ROLE: 'worker' });
    await arrived('cleo', 1);
    expect((await corner.decisionAbout(cleo)).outcome).toBe('offer');
    expect(fcm.standIn.messages('cleo')).toHaveLength(1);
  });
});
