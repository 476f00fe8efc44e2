import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { SECOND_MS } from '../../shared/index.js';
import type { Metered } from '../door-settings.js';
import { RedisConnections } from '../redis.js';
import { SETTINGS, type Settings } from '../settings.js';
import { Problem, signInClosed } from './problem.js';

/** Counted over ten seconds: who was quiet may be quick for a moment. */
const WINDOW_SECONDS = 10;
const MINUTE_SECONDS = 60;
/** Redis that takes longer is left alone for a while: a request does not wait for being counted. */
const SLOW_MS = 250;
const LEFT_ALONE_MS = 5_000;

interface Limit {
  points: number;
  /** Seconds. */
  duration: number;
  keyPrefix: string;
}

interface Meter {
  shared: RateLimiterAbstract;
  alone: RateLimiterAbstract;
}

/**
 * How often somebody may ask. Counted in Redis for all processes. Without Redis each process counts alone, so that
 * those who are known go on; passwords are not tried at all then, for what is counted alone is not limited.
 */
@Injectable()
export class RateLimits {
  readonly #meters = new Map<Metered, Meter>();
  readonly #signIns: RateLimiterRedis | undefined;
  readonly #looks: Meter | undefined;
  #leftAloneUntil = -Infinity;

  constructor(
    private readonly redis: RedisConnections,
    @Inject(SETTINGS) { doors }: Settings,
  ) {
    for (const [who, perSecond] of Object.entries(doors.ratePerSecond) as [Metered, number][]) {
      if (perSecond > 0) this.#meters.set(who, this.#meter(who, perSecond * WINDOW_SECONDS, WINDOW_SECONDS));
    }
    const { signInsPerMinute, looksPerMinute } = doors;
    this.#signIns =
      signInsPerMinute > 0
        ? this.#shared(this.#limitOf('sign-in', signInsPerMinute, MINUTE_SECONDS))
        : undefined;
    this.#looks = looksPerMinute > 0 ? this.#meter('look', looksPerMinute, MINUTE_SECONDS) : undefined;
  }

  /**
   * Counts a request.
   *
   * @param name of the principal, or the address
   * @throws Problem 429 when there were too many
   */
  async take(who: Metered, name: string): Promise<void> {
    const meter = this.#meters.get(who);
    if (meter !== undefined) await this.#consume(meter, name);
  }

  /**
   * Counts a try to sign in, until `signedIn` takes it back.
   *
   * @throws Problem 429 when too many from this address went wrong, 503 while they cannot be counted
   */
  async trySignIn(address: string): Promise<void> {
    try {
      await this.#signIns?.consume(unnamed(address));
    } catch (refused) {
      throw refused instanceof RateLimiterRes ? tooMany(refused) : signInClosed();
    }
  }

  async signedIn(address: string): Promise<void> {
    await this.#signIns?.reward(unnamed(address)).catch(() => undefined);
  }

  /**
   * Counts a look of an associate at shoppers: lists and cards are for serving, not for reading through.
   *
   * @throws Problem 429 when there were too many
   */
  async takeLook(name: string): Promise<void> {
    if (this.#looks !== undefined) await this.#consume(this.#looks, name);
  }

  async #consume(meter: Meter, name: string): Promise<void> {
    const limiter = this.#limiterOf(meter);
    const began = performance.now();
    try {
      await limiter.consume(unnamed(name));
    } catch (refused) {
      throw refused instanceof RateLimiterRes ? tooMany(refused) : refused;
    } finally {
      if (performance.now() - began > SLOW_MS) this.#leftAloneUntil = performance.now() + LEFT_ALONE_MS;
    }
  }

  #limiterOf({ shared, alone }: Meter): RateLimiterAbstract {
    return performance.now() < this.#leftAloneUntil ? alone : shared;
  }

  #meter(what: string, points: number, duration: number): Meter {
    const limit = this.#limitOf(what, points, duration);
    const alone = new RateLimiterMemory(limit);
    return { shared: this.#shared({ ...limit, insuranceLimiter: alone }), alone };
  }

  #limitOf(what: string, points: number, duration: number): Limit {
    return { points, duration, keyPrefix: this.redis.key(`rate:${what}`) };
  }

  /** Without an `insuranceLimiter` it fails while Redis is away. */
  #shared(limit: Limit & { insuranceLimiter?: RateLimiterMemory }): RateLimiterRedis {
    return new RateLimiterRedis({
      ...limit,
      storeClient: this.redis.request,
      rejectIfRedisNotReady: true,
      // Who is over the limit is refused without asking Redis.
      inMemoryBlockOnConsumed: limit.points + 1,
    });
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): Problem {
  return new Problem(429, 'too-many-requests', 'Too many requests: wait, then go on.', {
    retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / SECOND_MS)),
  });
}

/** Whoever is counted is not named in Redis: an erasure need not look here. */
function unnamed(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 22);
}
