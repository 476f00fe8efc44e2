import { Injectable } from '@nestjs/common';
import { Bus, Database, type Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { Memberships } from '../segments/memberships.service.js';
import { Traits } from '../traits/traits.service.js';
import { ChangesRepository } from './changes.repository.js';

/** Changes taken, or shoppers judged, at a time: what a busy database does well within its time limit. */
const MOST_AT_ONCE = 200;

/**
 * Keeps traits and segments in step with what is known of shoppers. A change is noted in the transaction that makes
 * it and taken away in the one that has worked it in, so none is lost and twice is once.
 */
@Injectable()
export class Upkeep {
  /** Fewer after a failure: a slow database is asked for less, and one shopper cannot hold up the others. */
  #atOnce = MOST_AT_ONCE;

  constructor(
    private readonly changes: ChangesRepository,
    private readonly traits: Traits,
    private readonly memberships: Memberships,
    private readonly database: Database,
    private readonly bus: Bus,
  ) {}

  /**
   * Works in one batch of changes, or else a step of a pass over all shoppers.
   *
   * @returns true when there may be more to do at once; false too while another process is at it
   * @throws what the database threw; nothing is lost by it, and the next step tries with fewer
   */
  async step(): Promise<boolean> {
    if (!(await this.changes.isAnything())) return false;
    const altered = await this.#worked().catch(async (error: unknown) => {
      if (this.#atOnce === 1) await this.changes.postpone();
      this.#atOnce = Math.ceil(this.#atOnce / 2);
      throw error;
    });
    this.#atOnce = Math.min(MOST_AT_ONCE, this.#atOnce * 2);
    for (const shopperId of altered ?? []) this.bus.emit('shopper.changed', { shopperId });
    return altered !== undefined;
  }

  /** Sees to it that rules which change with time are asked of everybody when they are due. */
  async startDue(): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (await this.changes.lock(tx)) await this.memberships.startDue(tx);
    });
  }

  /** @returns those of whom anything is otherwise now; undefined when there was nothing to do, or no turn to be had */
  #worked(): Promise<Set<ShopperId> | undefined> {
    return this.database.transaction(async (tx) => {
      if (!(await this.changes.lock(tx))) return undefined;
      const changed = await this.changes.take(tx, this.#atOnce);
      return changed.length > 0 ? this.#workIn(tx, changed) : this.#passOn(tx);
    });
  }

  /** The traits are committed by themselves: the views that segments judge by are to show them. */
  async #workIn(tx: Queryable, ids: readonly ShopperId[]): Promise<Set<ShopperId>> {
    const altered = await this.traits.settle(ids);
    const moved = await this.memberships.judge(tx, ids);
    return new Set([...altered, ...moved]);
  }

  /** On the way the figures of who has done nothing for long are brought up to date. */
  async #passOn(tx: Queryable): Promise<Set<ShopperId> | undefined> {
    const step = await this.memberships.nextStep(tx, this.#atOnce);
    if (step === undefined) return undefined;
    const altered = await this.traits.refresh(step.ids);
    const moved = await this.memberships.advance(tx, step);
    return new Set([...altered, ...moved]);
  }
}
