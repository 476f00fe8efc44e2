import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { Database } from '../../src/platform/index.js';
import { startEmbedded } from '../../src/platform/embedded/index.js';
import type { PresenceChange } from '../../src/presence/index.js';
import { fnv1a } from '../../src/shared/index.js';
import { DecisionDesk } from './decision-desk.js';
import { doorsOf } from './doors.js';
import { freshDatabase, settingsOn, startProgram, type Environment, type Program } from './program.js';
import { until } from './until.js';

const PARTITIONS = 16;
const READY_MS = 150_000;
/** Beside the program: it makes several of it. */
const CREW_ENTRY = '../test/support/crew.mjs';
/** More would keep one another from starting, on as few cores as there are. */
const STARTED_AT_ONCE = 4;

/** The built program several times on one database and one Redis, which is its own because tests empty it. */
export class SeveralProcesses {
  #workers: Program[] = [];

  private constructor(
    private readonly env: Environment,
    private readonly crew: number,
    private readonly api: Program,
    readonly database: Database,
    readonly redis: Redis,
    readonly desk: DecisionDesk,
    private readonly tidy: () => Promise<void>,
  ) {}

  /**
   * One process for the doors, and as many workers as told.
   *
   * @param crew how many of them share a process
   */
  static async start(workers: number, crew = 1): Promise<SeveralProcesses> {
    const folder = await mkdtemp(path.join(tmpdir(), 'aislecue-faults-'));
    const services = await startEmbedded({
      dataFolder: folder,
      need: { postgres: false, redis: true },
      log: () => undefined,
    });
    const fresh = await freshDatabase();
    const env = {
      ...settingsOn(fresh.url, services.redisUrl),
      DATABASE_POOL: '3',
      PARTITIONS: String(PARTITIONS),
    };
    const api = await startProgram({ ...env, ROLE: 'api' }, { readyWithinMs: READY_MS });
    const database = new Database(fresh.url, 4);
    const redis = new Redis(services.redisUrl ?? '');
    const doors = await doorsOf(api.url, env);
    const desk = await DecisionDesk.open({ ...doors, query: (sql, values) => database.query(sql, values) });
    const tidy = async (): Promise<void> => {
      redis.disconnect();
      await database.close();
      await services.stop();
      await fresh.drop();
      await rm(folder, { recursive: true, force: true });
    };
    const several = new SeveralProcesses(env, crew, api, database, redis, desk, tidy);
    await desk.alsoAt('harbour');
    await several.hire(Math.ceil(workers / crew));
    return several;
  }

  /** Starts so many processes of workers. */
  async hire(count: number): Promise<void> {
    const alone = { readyWithinMs: READY_MS };
    const start = (): Promise<Program> =>
      this.crew === 1
        ? startProgram({ ...this.env, ROLE: 'worker' }, alone)
        : startProgram(
            { ...this.env, ROLE: 'worker', CREW: String(this.crew) },
            { ...alone, entry: CREW_ENTRY },
          );
    for (let left = count; left > 0; left -= STARTED_AT_ONCE) {
      const wave = { length: Math.min(left, STARTED_AT_ONCE) };
      this.#workers.push(...(await Promise.all(Array.from(wave, start))));
    }
  }

  /** `kill -9` of one process of workers, whatever they have in hand. */
  async kill(): Promise<void> {
    await this.#workers.pop()?.end('SIGKILL');
  }

  /** Puts changes into the streams, where presence puts them. */
  async tell(changes: readonly PresenceChange[]): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const change of changes) {
      const partition = String(fnv1a(change.shopperId) % PARTITIONS).padStart(2, '0');
      const key = `${this.env['REDIS_PREFIX'] ?? ''}:{p${partition}}:changes`;
      pipeline.xadd(key, '*', 'change', JSON.stringify(change));
    }
    await pipeline.exec();
  }

  /** Waits until so many of the offer's tries are decided. */
  decided(offerId: string, count: number, withinMs = 55_000): Promise<number> {
    const where = 'considered @> $1::jsonb';
    const values = [JSON.stringify([{ offerId }])];
    return until(
      () => this.desk.countOf('decisions', where, values),
      (seen) => seen >= count,
      withinMs,
    );
  }

  async stop(): Promise<void> {
    await Promise.all([this.api, ...this.#workers].map((program) => program.end('SIGKILL')));
    await this.tidy();
  }
}
