import { Injectable } from '@nestjs/common';
import { Bus, Database, type Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { shortened } from '../segments/membership.rules.js';
import { Memberships } from '../segments/memberships.service.js';
import { Traits } from '../traits/traits.service.js';
import { BatchSize } from './batch-size.js';
import { ChangesRepository } from './changes.repository.js';

/** Changes taken, or shoppers judged, at a time: what a busy database does well within its time limit. */
const MOST_AT_ONCE = 200;
/** A step of a pass takes so many times as many shoppers, for as long as few of them have to be looked at one by one. */
const SIEVED_AT_ONCE = 10;

/** Those of whom anything is otherwise now; undefined when there was nothing to do, or no turn to be had. */
type Altered = Set<ShopperId> | undefined;

/**
 * Keeps traits and segments in step with what is known of shoppers. A change is noted in the transaction that makes
 * it and taken away in the one that has worked it in, so none is lost and twice is once.
 */
@Injectable()
export class Upkeep {
  readonly #changesAtOnce = new BatchSize(MOST_AT_ONCE);
  readonly #judgedAtOnce = new BatchSize(MOST_AT_ONCE);

  constructor(
    private readonly changes: ChangesRepository,
    private readonly traits: Traits,
    private readonly memberships: Memberships,
    private readonly database: Database,
    private readonly bus: Bus,
  ) {}

  /**
   * Works in one batch of changes, and takes one step of a pass over all shoppers: neither waits for the other to end.
   *
   * @returns true when there may be more to do at once; false too while another process is at it
   * @throws what the database threw; nothing is lost by it, and the next step tries with fewer
   */
  async step(): Promise<boolean> {
    if (!(await this.changes.isAnything())) return false;
    const wasOne = this.#changesAtOnce.isOne;
    const workedIn = await this.#underLock(this.#changesAtOnce, (tx) => this.#workIn(tx)).catch(
      async (error: unknown) => {
        if (wasOne) await this.changes.postpone();
        throw error;
      },
    );
    const passedOn = await this.#underLock(this.#judgedAtOnce, (tx) => this.#passOn(tx));
    return workedIn || passedOn;
  }

  /** Sees to it that rules which change with time are asked of everybody when they are due. */
  async startDue(): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (await this.changes.lock(tx)) await this.memberships.startDue(tx);
    });
  }

  async #underLock(batch: BatchSize, work: (tx: Queryable) => Promise<Altered>): Promise<boolean> {
    try {
      const altered = await this.database.transaction(async (tx) =>
        (await this.changes.lock(tx)) ? work(tx) : undefined,
      );
      for (const shopperId of altered ?? []) this.bus.emit('shopper.changed', { shopperId });
      batch.grow();
      return altered !== undefined;
    } catch (error) {
      batch.shrink();
      throw error;
    }
  }

  /** The traits are committed by themselves: the views that segments judge by are to show them. */
  async #workIn(tx: Queryable): Promise<Altered> {
    const ids = await this.changes.take(tx, this.#changesAtOnce.size);
    if (ids.length === 0) return undefined;
    const altered = await this.traits.settle(ids);
    const moved = await this.memberships.judge(tx, ids);
    return new Set([...altered, ...moved]);
  }

  /** On the way the figures of who has done nothing for long are brought up to date. */
  async #passOn(tx: Queryable): Promise<Altered> {
    const most = this.#judgedAtOnce.size;
    const next = await this.memberships.nextStep(tx, most * SIEVED_AT_ONCE);
    if (next === undefined) return undefined;
    const stale = await this.traits.stale(next.ids);
    const step = shortened(next, stale, most);
    const altered = await this.traits.settle(stale.filter((id) => step.ids.includes(id)));
    const moved = await this.memberships.advance(tx, step, most);
    return new Set([...altered, ...moved]);
  }
}
