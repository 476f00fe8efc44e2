import { Injectable } from '@nestjs/common';
import { Clock, type Queryable } from '../../platform/index.js';
import { readsOfAll } from '../../rules/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';
import { CompiledSegments, type Compiled } from './compiled-segments.js';
import { JudgedShoppers } from './judged-shoppers.js';
import { MembershipRepository } from './membership.repository.js';
import { lastDue, movesOf, segmentsOf, shortened, type JudgedSegment } from './membership.rules.js';
import { sieve } from './segment-sieve.js';
import { SegmentsRepository, type KeptSegment } from './segments.repository.js';

/** Passes over all shoppers that have come equally far, and the shoppers that are next. */
interface Step {
  passing: readonly KeptSegment[];
  ids: readonly ShopperId[];
  /** True when nobody comes after them. */
  isLast: boolean;
}

type Ready = KeptSegment & JudgedSegment & Compiled;

/** Judges shoppers by the segments' rules. Its caller holds the lock of the upkeep. */
@Injectable()
export class Memberships {
  constructor(
    private readonly segments: SegmentsRepository,
    private readonly members: MembershipRepository,
    private readonly compiled: CompiledSegments,
    private readonly judged: JudgedShoppers,
    private readonly clock: Clock,
  ) {}

  /** Puts these shoppers into the segments where they belong now. @returns those who moved */
  async judge(tx: Queryable, ids: readonly ShopperId[]): Promise<ShopperId[]> {
    return this.#judge(tx, ids, this.#ready(await this.segments.all(tx)));
  }

  /** The next step of the passes under way: of those that have come equally far, the hindmost; undefined of none. */
  async nextStep(tx: Queryable, limit: number): Promise<Step | undefined> {
    const all = await this.segments.all(tx);
    const [passAt] = all.flatMap((each) => each.passAt ?? []).sort();
    if (passAt === undefined) return undefined;
    const passing = all.filter((each) => each.passAt === passAt);
    const ids = await this.members.following(tx, passAt, limit);
    return { passing, ids, isLast: ids.length < limit };
  }

  /**
   * Takes a step, or as much of it as has `most` shoppers of whom SQL cannot tell: judges them, and notes how far the
   * passes have come.
   *
   * @returns those who moved
   */
  async advance(tx: Queryable, step: Step, most: number): Promise<ShopperId[]> {
    const segments = this.#ready(step.passing);
    const now = this.clock.now();
    const sieved = await sieve(tx, step.ids, segments, now);
    const { ids, passing, isLast } = shortened(step, [...sieved.unclear], most);
    const clear = ids.filter((id) => !sieved.unclear.has(id));
    const moved = [
      ...(await this.#settle(tx, clear, segments, sieved.wanted, now)),
      ...(await this.#judge(
        tx,
        ids.filter((id) => sieved.unclear.has(id)),
        segments,
      )),
    ];
    await this.members.advance(tx, passing, isLast ? null : (ids.at(-1) ?? null));
    return moved;
  }

  /** Starts a pass of each segment whose rule ages and was last asked of all before the last hour or midnight. */
  async startDue(tx: Queryable): Promise<void> {
    const now = this.clock.now();
    const due = lastDue(now, this.judged.timeZones());
    const waiting = this.#ready(await this.segments.all(tx)).filter(
      ({ ages, passAt, passStartedAt }) => ages && passAt === null && passStartedAt < due,
    );
    await this.members.startPass(
      tx,
      waiting.map(({ segmentId }) => segmentId),
      now,
    );
  }

  async #judge(tx: Queryable, ids: readonly ShopperId[], segments: readonly Ready[]): Promise<ShopperId[]> {
    if (ids.length === 0 || segments.length === 0) return [];
    const now = this.clock.now();
    const asked = readsOfAll(segments.map(({ reads }) => reads));
    const facts = await this.judged.facts(ids, asked, now);
    const profiled = facts.filter(({ shopper }) => shopper.consents.profiling);
    const wanted = new Map(profiled.map((each) => [each.shopper.shopperId, segmentsOf(each, segments)]));
    return this.#settle(tx, ids, segments, wanted, now);
  }

  /** @param wanted where those belong who consent to `profiling` */
  async #settle(
    tx: Queryable,
    ids: readonly ShopperId[],
    segments: readonly Ready[],
    wanted: ReadonlyMap<ShopperId, readonly string[]>,
    now: Instant,
  ): Promise<ShopperId[]> {
    if (ids.length === 0) return [];
    const present = await this.members.present(
      tx,
      ids,
      segments.map(({ segmentId }) => segmentId),
    );
    const moves = ids.flatMap((id) => movesOf(id, present.get(id) ?? new Set(), wanted.get(id) ?? []));
    await this.members.move(tx, moves, now);
    await this.members.forgetMoves(
      tx,
      ids.filter((id) => !wanted.has(id)),
    );
    return [...new Set(moves.map(({ shopperId }) => shopperId))];
  }

  #ready(segments: readonly KeptSegment[]): Ready[] {
    return segments.flatMap((segment) => {
      const compiled = this.compiled.of(segment);
      return compiled === undefined ? [] : [{ ...segment, ...compiled }];
    });
  }
}
