import { Injectable } from '@nestjs/common';
import type { Queryable } from '../../platform/index.js';
import type { Pair } from './merge.repository.js';

/** What a room does when two shoppers become one: inside the merge's transaction. Gives how many rows it moved. */
export type MergeStep = (tx: Queryable, pair: Pair) => Promise<number>;

/**
 * What becomes of the rows of a shopper who is merged, room by room: each writes its own tables, rooms below this one
 * among them. Shoppers' rows and locks are held before the first step; counters and coupons come after, in that order.
 */
@Injectable()
export class Merges {
  readonly #steps = new Map<string, MergeStep>();

  /** @throws Error when a step of this name is there already */
  step(name: string, move: MergeStep): void {
    if (this.#steps.has(name)) throw new Error(`two steps of a merge are named ${name}`);
    this.#steps.set(name, move);
  }

  /** Takes every step. Gives how much each moved, by name. */
  async run(tx: Queryable, pair: Pair): Promise<Record<string, number>> {
    const moved: Record<string, number> = {};
    for (const [name, move] of this.#steps) moved[name] = await move(tx, pair);
    return moved;
  }
}
