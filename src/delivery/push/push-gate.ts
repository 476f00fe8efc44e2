import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Clock, Log, Metrics, RedisConnections, SETTINGS, type Settings } from '../../platform/index.js';
import { SECOND_MS, type Instant } from '../../shared/index.js';
import { admit, CLOSED, noted, stateOf, type Breaker } from './breaker.rules.js';
import type { Verdict } from './push-sender.js';

/** One key for all: the quota is the project's. */
const PROJECT = 'fcm';
const WINDOW_SECONDS = 60;
/** Wrong credentials stay wrong for a while; somebody has to look. */
const CREDENTIALS_PAUSE_MS = 60_000;
const STATES = { closed: 0, halfOpen: 0.5, open: 1 } as const;

/**
 * Whether another message may go to the push service now. Quota and `Retry-After` are kept in Redis and hold for all
 * processes; with Redis away each goes by what it knows itself. A service that fails is left alone for some seconds.
 */
@Injectable()
export class PushGate {
  readonly #quota: RateLimiterRedis | undefined;
  #breaker: Breaker = CLOSED;
  #pausedUntil: Instant = -Infinity;

  constructor(
    redis: RedisConnections,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly log: Log,
    @Inject(SETTINGS) { fcm }: Settings,
  ) {
    this.#quota =
      fcm &&
      new RateLimiterRedis({
        storeClient: redis.request,
        keyPrefix: redis.key('push-quota'),
        points: fcm.messagesPerMinute,
        duration: WINDOW_SECONDS,
        rejectIfRedisNotReady: true,
      });
  }

  /** How long to wait, in milliseconds; 0 takes one from the quota. Never fails. */
  async waitMs(): Promise<number> {
    const now = this.clock.now();
    if (now < this.#pausedUntil) return this.#pausedUntil - now;
    const { waitMs, breaker } = admit(this.#breaker, now);
    this.#breaker = breaker;
    return waitMs > 0 ? waitMs : this.#takeOne();
  }

  /**
   * Learns from what came of a try.
   *
   * @param since when what led to the offer was received
   */
  async note(verdict: Verdict, since?: Instant): Promise<void> {
    const now = this.clock.now();
    if (verdict.kind === 'accepted' && since !== undefined) {
      this.metrics.decisionStage.observe({ stage: 'pushed' }, (now - since) / SECOND_MS);
    }
    const why = verdict.kind === 'accepted' ? '' : verdict.why;
    this.metrics.pushAttempts.inc({ result: verdict.kind, why });
    const failed = verdict.kind === 'later' && why !== 'quota';
    this.#breaker = noted(this.#breaker, failed, now);
    this.metrics.pushBreaker.set({}, STATES[stateOf(this.#breaker, now)]);
    if (verdict.kind === 'refused') this.log.error({ event: 'push.refused', why });
    if (verdict.kind !== 'later') return;
    if (why === 'credentials') this.log.error({ event: 'push.locked-out', why });
    const pauseMs = why === 'credentials' ? CREDENTIALS_PAUSE_MS : verdict.retryAfterMs;
    if (pauseMs !== undefined && pauseMs > 0) await this.#pause(pauseMs, now);
  }

  async #takeOne(): Promise<number> {
    try {
      await this.#quota?.consume(PROJECT);
      return 0;
    } catch (error) {
      // Anything else is Redis: open then, for FCM says itself when it is too much.
      return error instanceof RateLimiterRes ? Math.max(1, error.msBeforeNext) : 0;
    }
  }

  async #pause(ms: number, now: Instant): Promise<void> {
    this.#pausedUntil = Math.max(this.#pausedUntil, now + ms);
    try {
      await this.#quota?.block(PROJECT, Math.ceil(ms / SECOND_MS));
    } catch (error) {
      this.log.debug({ event: 'push.pause-untold', error });
    }
  }
}
