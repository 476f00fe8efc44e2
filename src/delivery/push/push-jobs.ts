import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DelayedError, Queue, Worker, type Job } from 'bullmq';
import {
  Lifecycle,
  Log,
  RedisConnections,
  SETTINGS,
  type Handled,
  type Settings,
} from '../../platform/index.js';
import type { DeliveryId } from '../../shared/index.js';
import { MOST_CONNECTIONS } from './fcm-agent.js';
import { Pushes } from './pushes.service.js';

const QUEUE = 'push';
/** A push waits for the other side most of its time: some 0.2 s for Google. As many as there are connections. */
const AT_ONCE = MOST_CONNECTIONS;
/** A worker that died loses its job soon: with the defaults of 30 s a push would come too late. */
const LOCK_MS = 10_000;
const STALLED_MS = 5_000;
const MOST_STALLED = 3;
/** How long a job may be lost with Redis before it is made again. */
const LOOK_AGAIN_MS = 5_000;

interface Ids {
  deliveryId: DeliveryId;
}

/**
 * The jobs that push. They carry ids only and are no more than doorbells: what is to be done stands in Postgres, and
 * the outbox rings again until it is done.
 */
@Injectable()
export class PushJobs implements OnModuleInit {
  #queue: Queue<Ids> | undefined;

  constructor(
    private readonly pushes: Pushes,
    private readonly redis: RedisConnections,
    private readonly lifecycle: Lifecycle,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    if (!this.pushes.isOn) {
      this.lifecycle.onStart(() => this.log.info({ event: 'push.off', why: 'FCM_CREDENTIALS is not given' }));
      return;
    }
    const prefix = `{${this.redis.key('jobs')}}`;
    // Fails at once while Redis is away, where BullMQ by itself would wait for ever.
    const connection = this.redis.connect('request');
    const queue = new Queue<Ids>(QUEUE, {
      connection,
      prefix,
      skipWaitingForReady: true,
      skipVersionCheck: true,
    });
    queue.on('error', (error) => this.log.debug({ event: 'push.queue-away', error }));
    this.#queue = queue;
    this.lifecycle.onStop('services', () => queue.close());
    if (this.settings.role !== 'api') this.lifecycle.onStart(() => this.#work(prefix));
  }

  /** Has the delivery pushed as soon as there is a worker. Never fails: the outbox sees to what got no job. */
  start(deliveryId: DeliveryId): void {
    if (this.#queue !== undefined) void this.#add(deliveryId);
  }

  /** Has the outbox ring until the delivery is pushed, or nothing is to be pushed any more. */
  async ensure(deliveryId: DeliveryId, now: number): Promise<Handled> {
    if (!this.pushes.isOn) return 'done';
    if (await this.#add(deliveryId)) return { again: now + LOOK_AGAIN_MS };
    // Without Redis there are no jobs, but pushes all the same.
    const again = await this.pushes.push(deliveryId);
    return again === undefined ? 'done' : { again };
  }

  /** One job a delivery, however often it is asked for. */
  async #add(deliveryId: DeliveryId): Promise<boolean> {
    try {
      await this.#queue?.add('push', { deliveryId }, { jobId: `push-${deliveryId}` });
      return true;
    } catch (error) {
      this.log.debug({ event: 'push.no-job', deliveryId, error });
      return false;
    }
  }

  #work(prefix: string): void {
    const worker = new Worker<Ids>(QUEUE, (job, token) => this.#push(job, token), {
      connection: this.redis.connect('blocking'),
      prefix,
      concurrency: AT_ONCE,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: MOST_STALLED,
      // A job that is kept would keep another of its name from being made.
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    const failed = (error: unknown): void => this.log.warn({ event: 'push.failed', error });
    worker.on('error', failed);
    worker.on('failed', (_job, error) => failed(error));
    this.lifecycle.onStop('work', () => worker.close());
  }

  async #push(job: Job<Ids>, token: string | undefined): Promise<void> {
    const again = await this.pushes.push(job.data.deliveryId);
    if (again === undefined) return;
    await job.moveToDelayed(again, token);
    throw new DelayedError();
  }
}
