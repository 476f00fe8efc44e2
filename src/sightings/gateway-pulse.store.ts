import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lifecycle, Log, RedisConnections, Rounds } from '../platform/index.js';
import { SECOND_MS, type Instant, type StoreId } from '../shared/index.js';

const ROUND_MS = SECOND_MS;

/**
 * Until when each store's gateways have reported, in every process. The hash `<prefix>:pulse` in Redis (store ->
 * ms) joins what the processes know: each writes what it heard, at most once a second and store, and reads it all.
 *
 * Only what Redis has taken counts. While it is down sightings are refused, so nobody is heard, and the clock of
 * absence must stand still as if the gateways were silent.
 */
@Injectable()
export class GatewayPulse implements OnModuleInit {
  readonly #key: string;
  readonly #heardUntil = new Map<StoreId, Instant>();
  #unwritten = new Map<StoreId, Instant>();
  readonly #rounds = new Rounds(
    ROUND_MS,
    () => this.#writeAndRead(),
    (error) => this.log.debug({ event: 'pulse.unwritten', error }),
  );

  constructor(
    private readonly redis: RedisConnections,
    private readonly lifecycle: Lifecycle,
    private readonly log: Log,
  ) {
    this.#key = redis.key('pulse');
  }

  /** The first round is waited for, so that no worker takes a silence for an absence because it has just started. */
  onModuleInit(): void {
    this.lifecycle.onStart(async () => {
      await this.#rounds.now();
      this.#rounds.start();
    });
    this.lifecycle.onStop('streams', () => this.#rounds.stop());
  }

  /**
   * When a gateway of the store last reported, by the clock of the process that received it, up to two seconds
   * behind; undefined where none has ever.
   */
  heardUntil(storeId: StoreId): Instant | undefined {
    return this.#heardUntil.get(storeId);
  }

  /** A gateway of the store has reported, whether or not it heard anybody we know. */
  beat(storeId: StoreId, at: Instant): void {
    raise(this.#unwritten, storeId, at);
  }

  async #writeAndRead(): Promise<void> {
    const beats = this.#unwritten;
    this.#unwritten = new Map();
    // Two processes may set a store back by the second between their rounds; the next round mends it.
    if (beats.size > 0) await this.redis.request.hset(this.#key, beats);
    for (const [storeId, at] of beats) raise(this.#heardUntil, storeId, at);
    const all = await this.redis.request.hgetall(this.#key);
    for (const [storeId, at] of Object.entries(all)) raise(this.#heardUntil, storeId as StoreId, Number(at));
  }
}

function raise(beats: Map<StoreId, Instant>, storeId: StoreId, at: Instant): void {
  beats.set(storeId, Math.max(at, beats.get(storeId) ?? at));
}
