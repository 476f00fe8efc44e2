import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { Clock } from './clock.js';
import { Database } from './database.js';
import { Published } from './published.js';
import { RedisConnections } from './redis.js';

export type CheckResult = 'ok' | 'failing' | 'degraded';
export interface Readiness {
  status: 'ready' | 'degraded' | 'notReady';
  checks: Record<string, CheckResult>;
}

const PUBLISHED_STALE_MS = 5_000;
const POSTGRES_DEADLINE_MS = 500;
const STALLED_LOOP_MS = 1_000;

/** Whether this process lives, and whether it should be sent work. */
@Injectable()
export class Health {
  readonly #loop = monitorEventLoopDelay({ resolution: 20 });
  readonly #gates = new Map<string, () => boolean>();
  readonly #aids = new Map<string, () => boolean>();
  #draining = false;

  constructor(
    private readonly database: Database,
    private readonly redis: RedisConnections,
    private readonly published: Published,
    private readonly clock: Clock,
  ) {
    this.#loop.enable();
  }

  /** Not ready until `isOpen` says so: for what must be complete before the first request. */
  gate(name: string, isOpen: () => boolean): void {
    this.#gates.set(name, isOpen);
  }

  /** `degraded` but ready while `isWell` says no: for what others can do without. */
  aid(name: string, isWell: () => boolean): void {
    this.#aids.set(name, isWell);
  }

  /** From now on `/readyz` says no, so that a load balancer sends nothing more. */
  drain(): void {
    this.#draining = true;
  }

  /** Alive means the event loop turns; it asks nobody else. */
  alive(): boolean {
    const late = this.#loop.percentile(99) / 1e6;
    this.#loop.reset();
    return late < STALLED_LOOP_MS;
  }

  /** Redis down is `degraded` but ready: check-ins, tills and consents go on without it. */
  async readiness(): Promise<Readiness> {
    const [postgres, redis] = await Promise.all([this.#postgres(), this.#redis()]);
    const { isBehind } = this.published;
    const stale = isBehind || this.published.ageMs(this.clock.now()) > PUBLISHED_STALE_MS;
    const checks: Record<string, CheckResult> = {
      postgres,
      redis,
      published: stale ? 'failing' : 'ok',
      draining: this.#draining ? 'failing' : 'ok',
    };
    for (const [name, isOpen] of this.#gates) checks[name] = isOpen() ? 'ok' : 'failing';
    for (const [name, isWell] of this.#aids) checks[name] = isWell() ? 'ok' : 'degraded';
    const results = new Set(Object.values(checks));
    const status = results.has('failing') ? 'notReady' : results.has('degraded') ? 'degraded' : 'ready';
    return { status, checks };
  }

  async #postgres(): Promise<CheckResult> {
    const answered = this.database.query('SELECT 1').then(
      () => true,
      () => false,
    );
    return (await Promise.race([answered, after(POSTGRES_DEADLINE_MS)])) ? 'ok' : 'failing';
  }

  async #redis(): Promise<CheckResult> {
    const answered = this.redis.request.ping().then(
      () => true,
      () => false,
    );
    return (await Promise.race([answered, after(POSTGRES_DEADLINE_MS)])) ? 'ok' : 'degraded';
  }
}

function after(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref());
}
