import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Queue, Worker } from 'bullmq';
import { Lifecycle, Log, RedisConnections, Rounds, SETTINGS, type Settings } from '../../platform/index.js';
import { Refit } from './refit.service.js';

const QUEUE = 'refit';
const SCHEDULE = 'nightly';
/** Three at night on the servers' clock, when shops are closed. */
const EVERY_NIGHT = '0 3 * * *';
/** How long a schedule may be missing after Redis was emptied. */
const LOOK_MS = 60_000;
/** The lock of a job is renewed while the fit takes its turns; a process that died loses it soon. */
const LOCK_MS = 10_000;
const STALLED_MS = 5_000;
const MOST_STALLED = 3;

/**
 * Refits each night, in one of the workers. The schedule lives in Redis and is made again when it is gone; of two refits
 * at once one waits for the other in Postgres, or leaves it to that.
 */
@Injectable()
export class NightlyRefit implements OnModuleInit {
  #schedule: Rounds | undefined;

  constructor(
    private readonly refit: Refit,
    private readonly redis: RedisConnections,
    private readonly lifecycle: Lifecycle,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    if (this.settings.role !== 'api') this.lifecycle.onStart(() => this.#start());
  }

  /** Makes the schedule where there is none. */
  async ensure(): Promise<void> {
    await this.#schedule?.now();
  }

  #start(): void {
    // All keys of a queue lie in one slot of a cluster.
    const prefix = `{${this.redis.key('jobs')}}`;
    const queue = new Queue(QUEUE, { connection: this.redis.connect('blocking'), prefix });
    const worker = new Worker(QUEUE, () => this.refit.run(), {
      connection: this.redis.connect('blocking'),
      prefix,
      concurrency: 1,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: MOST_STALLED,
    });
    const failed = (error: unknown): void => this.log.warn({ event: 'refit.failed', error });
    queue.on('error', failed);
    worker.on('error', failed);
    worker.on('failed', (_job, error) => failed(error));
    const schedule = new Rounds(LOOK_MS, () => scheduled(queue), failed);
    this.#schedule = schedule;
    void schedule.now();
    schedule.start();
    this.lifecycle.onStop('work', async () => {
      await schedule.stop();
      await worker.close();
      await queue.close();
    });
  }
}

/** Makes the schedule where there is none; one that is there stays, or each look would put the next night off. */
async function scheduled(queue: Queue): Promise<void> {
  if ((await queue.getJobScheduler(SCHEDULE)) !== undefined) return;
  await queue.upsertJobScheduler(
    SCHEDULE,
    { pattern: EVERY_NIGHT },
    {
      name: SCHEDULE,
      opts: {
        attempts: 3,
        backoff: { type: 'exponential', delay: 60_000 },
        removeOnComplete: 10,
        removeOnFail: 10,
      },
    },
  );
}
