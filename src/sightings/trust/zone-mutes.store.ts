import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Lifecycle, Log, RedisConnections, Rounds } from '../../platform/index.js';
import { SECOND_MS, type Instant, type StoreId, type VisitId, type ZoneId } from '../../shared/index.js';
import { BUMP_COUNTS } from './bump-counts.script.js';
import {
  countsOf,
  decayed,
  exitsOf,
  flapsPerHour,
  isPairFlapping,
  isZoneFlapping,
  MUTED_FOR_MS,
  shortStaysIn,
  staysIn,
  ZONE,
  type StayEnd,
  type StayStart,
} from './flapping.rules.js';

const ROUND_MS = SECOND_MS;
/** Beginnings and ends of stays that are counted in one round; more would be a flood, of which no part need be exact. */
const MOST_A_ROUND = 10_000;

/** How a zone has behaved of late. */
export interface ZoneCondition {
  zoneId: ZoneId;
  flapsPerHour: number;
  mutedUntil?: Instant;
}

/**
 * Which zones flap, for one shopper or for everybody, and are muted for a while: presence goes on there, but entering
 * triggers nothing. Counted by the readers of presence's changes, a second behind, in Redis, so that it does not matter
 * which of them reads what; known in every process another second later. While Redis is away nothing is counted and
 * what is muted stays so until its time.
 */
@Injectable()
export class ZoneMutes implements OnModuleInit {
  readonly #key: string;
  #noted: (StayStart | StayEnd)[] = [];
  #mutedUntil = new Map<string, Instant>();
  readonly #rounds = new Rounds(
    ROUND_MS,
    () => this.#countAndRead(),
    (error) => this.log.debug({ event: 'mutes.not-exchanged', error }),
  );

  constructor(
    private readonly redis: RedisConnections,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
    private readonly log: Log,
  ) {
    this.#key = redis.key('zone-mutes');
  }

  onModuleInit(): void {
    this.lifecycle.onStart(() => this.#rounds.start());
    this.lifecycle.onStop('streams', () => this.#rounds.stop());
  }

  /** Stays have begun or ended. Nobody waits for what follows from it. */
  note(stays: readonly (StayStart | StayEnd)[]): void {
    this.#noted.push(...stays.slice(0, MOST_A_ROUND - this.#noted.length));
  }

  /** Whether entering this zone triggers nothing now, for this visit or for anybody. */
  isMuted(storeId: StoreId, zoneId: ZoneId, visitId: VisitId, now: Instant): boolean {
    if (this.#mutedUntil.size === 0) return false;
    const until = Math.max(
      this.#mutedUntil.get(`${storeId}|${zoneId}`) ?? 0,
      this.#mutedUntil.get(`${visitId}|${zoneId}`) ?? 0,
    );
    return until > now;
  }

  /** How these zones of a store have behaved, as all processes know it. */
  async conditionOf(storeId: StoreId, zoneIds: readonly ZoneId[], now: Instant): Promise<ZoneCondition[]> {
    if (zoneIds.length === 0) return [];
    const [shorts, muted] = await Promise.all([
      this.redis.request.mget(zoneIds.map((zoneId) => this.#countKey(storeId, shortStaysIn(zoneId)))),
      this.redis.request.hmget(this.#key, ...zoneIds.map((zoneId) => `${storeId}|${zoneId}`)),
    ]);
    return zoneIds.map((zoneId, index) => {
      const [value = 0, at = now] = (shorts[index]?.split(' ') ?? []).map(Number);
      const mutedUntil = Number(muted[index] ?? 0);
      const perHour = flapsPerHour(decayed({ value, at }, now, ZONE.decayMs));
      return {
        zoneId,
        flapsPerHour: Math.round(perHour * 10) / 10,
        ...(mutedUntil > now && { mutedUntil }),
      };
    });
  }

  #countKey(storeId: StoreId, what: string): string {
    return this.redis.key(`{flaps:${storeId}}:${what}`);
  }

  async #countAndRead(): Promise<void> {
    const noted = this.#noted;
    this.#noted = [];
    const now = this.clock.now();
    const byStore = new Map<StoreId, (StayStart | StayEnd)[]>();
    for (const stay of noted) {
      const stays = byStore.get(stay.storeId);
      if (stays === undefined) byStore.set(stay.storeId, [stay]);
      else stays.push(stay);
    }
    const flapping = await Promise.all(
      [...byStore].map(([storeId, stays]) => this.#count(storeId, stays, now)),
    );
    const muted = new Map(flapping.flat().map((field) => [field, now + MUTED_FOR_MS]));
    if (muted.size > 0) {
      await this.redis.request
        .pipeline()
        .hset(this.#key, muted)
        .pexpire(this.#key, 2 * MUTED_FOR_MS)
        .exec();
      this.log.info({ event: 'zone.muted', zones: [...muted.keys()] });
    }
    await this.#read(now);
  }

  /** @returns what flaps, as fields of the mutes */
  async #count(storeId: StoreId, stays: readonly (StayStart | StayEnd)[], now: Instant): Promise<string[]> {
    const counts = countsOf(stays);
    const entries = [...counts];
    const keys = entries.map(([what]) => this.#countKey(storeId, what));
    const amounts = entries.flatMap(([, { amount, decayMs }]) => [amount, decayMs]);
    const values = (await this.redis.request.eval(
      BUMP_COUNTS,
      keys.length,
      ...keys,
      now,
      ...amounts,
    )) as string[];
    const valueOf = new Map(entries.map(([what], index) => [what, Number(values[index])]));
    const flapping = new Set<string>();
    for (const stay of stays) {
      if (stay.kind === 'zoneEntered') continue;
      const { visitId, zoneId } = stay;
      const countOf = (what: string): number => valueOf.get(what) ?? 0;
      if (isPairFlapping(countOf(exitsOf(stay)))) flapping.add(`${visitId}|${zoneId}`);
      if (isZoneFlapping(countOf(staysIn(zoneId)), countOf(shortStaysIn(zoneId))))
        flapping.add(`${storeId}|${zoneId}`);
    }
    return [...flapping];
  }

  async #read(now: Instant): Promise<void> {
    const fields = Object.entries(await this.redis.request.hgetall(this.#key));
    const over = fields.filter(([, until]) => Number(until) <= now).map(([field]) => field);
    if (over.length > 0) await this.redis.request.hdel(this.#key, ...over);
    this.#mutedUntil = new Map(fields.map(([field, until]) => [field, Number(until)]));
  }
}
