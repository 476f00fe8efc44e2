import { Injectable } from '@nestjs/common';
import { Bus, Database, type Queryable } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { Memberships } from '../segments/memberships.service.js';
import { Traits } from '../traits/traits.service.js';
import { ChangesRepository } from './changes.repository.js';

/** Changes taken at a time, several of one shopper as one: what a busy database does well within its time limit. */
const CHANGES_AT_ONCE = 200;

/**
 * Keeps traits and segments in step with what is known of shoppers. A change is noted in the transaction that makes
 * it and taken away in the one that has worked it in, so none is lost and twice is once.
 */
@Injectable()
export class Upkeep {
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
   */
  async step(): Promise<boolean> {
    if (!(await this.changes.isAnything())) return false;
    const altered = await this.database.transaction(async (tx) => {
      if (!(await this.changes.lock(tx))) return undefined;
      const changed = await this.changes.take(tx, CHANGES_AT_ONCE);
      return changed.length > 0 ? this.#workIn(tx, changed) : this.#passOn(tx);
    });
    for (const shopperId of altered ?? []) this.bus.emit('shopper.changed', { shopperId });
    return altered !== undefined;
  }

  /** Sees to it that rules which change with time are asked of everybody when they are due. */
  async startDue(): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (await this.changes.lock(tx)) await this.memberships.startDue(tx);
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
    const step = await this.memberships.nextStep(tx);
    if (step === undefined) return undefined;
    const altered = await this.traits.refresh(step.ids);
    const moved = await this.memberships.advance(tx, step);
    return new Set([...altered, ...moved]);
  }
}
