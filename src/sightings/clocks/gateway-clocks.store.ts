import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lifecycle, Log, RedisConnections, Rounds } from '../../platform/index.js';
import { SECOND_MS, type GatewayId, type Instant } from '../../shared/index.js';
import { observed, UNKNOWN_CLOCK, type GatewayClock } from './gateway-clock.rules.js';

const ROUND_MS = SECOND_MS;

/** A clock's offset as it is known in every process. */
export interface KnownOffset {
  /** To be added to the gateway's times to get ours, ms. */
  offsetMs: number;
  /** When a payload last bore it out. */
  at: Instant;
}

/**
 * The clocks of gateways, as this process makes them out of the payloads it gets. The hash `<prefix>:clocks` in Redis
 * (gateway -> offset, as of, newest time told) is written at most once a second, for the store's health, and read at the start: after a
 * pause of ours gateways send what they stored, and a process that knew nothing of their clocks could take it for new.
 */
@Injectable()
export class GatewayClocks implements OnModuleInit {
  readonly #key: string;
  readonly #clocks = new Map<GatewayId, GatewayClock>();
  readonly #unwritten = new Set<GatewayId>();
  readonly #rounds = new Rounds(
    ROUND_MS,
    () => this.#write(),
    (error) => this.log.debug({ event: 'clocks.unwritten', error }),
  );

  constructor(
    private readonly redis: RedisConnections,
    private readonly lifecycle: Lifecycle,
    private readonly log: Log,
  ) {
    this.#key = redis.key('clocks');
  }

  onModuleInit(): void {
    this.lifecycle.onStart(async () => {
      await this.#read().catch((error: unknown) => this.log.debug({ event: 'clocks.unread', error }));
      this.#rounds.start();
    });
    this.lifecycle.onStop('streams', async () => {
      await this.#rounds.stop();
      await this.#rounds.now();
    });
  }

  /** What is known of a clock, with one more payload. */
  observe(gatewayId: GatewayId, ownTime: Instant, receivedAt: Instant): GatewayClock {
    const clock = observed(this.of(gatewayId), ownTime, receivedAt);
    this.#clocks.set(gatewayId, clock);
    if (clock.offsetMs !== undefined) this.#unwritten.add(gatewayId);
    return clock;
  }

  of(gatewayId: GatewayId): GatewayClock {
    return this.#clocks.get(gatewayId) ?? UNKNOWN_CLOCK;
  }

  /** The offsets that any process knows of these gateways. */
  async known(gatewayIds: readonly GatewayId[]): Promise<Map<GatewayId, KnownOffset>> {
    if (gatewayIds.length === 0) return new Map();
    const texts = await this.redis.request.hmget(this.#key, ...gatewayIds);
    return new Map(
      gatewayIds.flatMap((gatewayId, index) => {
        const { offsetMs, offsetAt } = clockOf(texts[index] ?? '');
        return offsetMs === undefined || offsetAt === undefined
          ? []
          : [[gatewayId, { offsetMs, at: offsetAt }] as const];
      }),
    );
  }

  async #read(): Promise<void> {
    const kept = await this.redis.request.hgetall(this.#key);
    for (const [gatewayId, text] of Object.entries(kept)) {
      this.#clocks.set(gatewayId as GatewayId, clockOf(text));
    }
  }

  async #write(): Promise<void> {
    if (this.#unwritten.size === 0) return;
    const texts = new Map([...this.#unwritten].map((gatewayId) => [gatewayId, textOf(this.of(gatewayId))]));
    this.#unwritten.clear();
    await this.redis.request.hset(this.#key, texts);
  }
}

function textOf({ offsetMs = 0, offsetAt = 0, newestOwn = 0 }: GatewayClock): string {
  return [offsetMs, offsetAt, newestOwn].map((number) => Math.round(number)).join(' ');
}

function clockOf(text: string): GatewayClock {
  const [offsetMs, offsetAt, newestOwn] = text.split(' ').map(Number);
  return newestOwn === undefined ? UNKNOWN_CLOCK : { recent: [], offsetMs, offsetAt, newestOwn };
}
