import { inTurns } from '../platform/index.js';
import { RuleIndex, type FieldRegistry, type Rule } from '../rules/index.js';
import { finished, type Facts, type Work } from '../shared/index.js';

/** An index over some rules, and what it said of the moment it was asked about last. */
export class Indexed {
  readonly #index: RuleIndex;
  readonly #positions: ReadonlyMap<Rule, number>;
  #lastAsked: Facts | undefined;

  constructor(index: RuleIndex, rules: readonly Rule[]) {
    this.#index = index;
    this.#positions = new Map(rules.map((rule, position) => [rule, position]));
  }

  /** @returns undefined for a rule that it does not know */
  holds(rule: Rule, facts: Facts): boolean | undefined {
    const position = this.#positions.get(rule);
    if (position === undefined) return undefined;
    if (this.#lastAsked !== facts) {
      // A field that throws half way leaves nothing behind that could be taken for an answer.
      this.#lastAsked = undefined;
      this.#index.ask(facts);
      this.#lastAsked = facts;
    }
    return this.#index.holds(position);
  }

  /** Whether a new one is worth making: more than a sixteenth of the rules are unknown, or half of those known are gone. */
  isOutgrown(rules: readonly Rule[]): boolean {
    const unknown = rules.reduce((sum, rule) => sum + (this.#positions.has(rule) ? 0 : 1), 0);
    return unknown > rules.length / 16 || rules.length < this.#positions.size / 2;
  }
}

/** The index of one trigger and place, from snapshot to snapshot. */
export interface Shared {
  indexed: Indexed | undefined;
  /** What it is to be made of, while it waits for its turn. */
  wanted: readonly Rule[] | undefined;
}

/** Does the work of making an index: at once, or bit by bit while others are served. */
export type Making = (work: Work<void>) => void;

export const atOnce: Making = finished;

/** One index after another, in turns of some milliseconds. */
export function inItsTurn(onFailure: (error: unknown) => void): Making {
  let last = Promise.resolve();
  return (work) => {
    last = last.then(() => inTurns(work)).catch(onFailure);
  };
}

/**
 * Indexes by what they are for, from one snapshot to the next. Rules never change: an index of rules of which some have
 * gone, and which lacks some that came, is right about those it knows, and the others are asked alone. So nobody waits
 * for an index, neither an approval nor a decision.
 */
export class RuleIndexes {
  readonly #fields: FieldRegistry;
  readonly #make: Making;
  readonly #before: ReadonlyMap<string, Shared>;
  readonly #shared = new Map<string, Shared>();

  constructor(fields: FieldRegistry, make: Making, before: ReadonlyMap<string, Shared> = new Map()) {
    this.#fields = fields;
    this.#make = make;
    this.#before = before;
  }

  /** For the next snapshot: what that does not name any more is let go with this one. */
  next(): RuleIndexes {
    return new RuleIndexes(this.#fields, this.#make, this.#shared);
  }

  at(key: string): Shared {
    const shared = this.#shared.get(key) ??
      this.#before.get(key) ?? { indexed: undefined, wanted: undefined };
    this.#shared.set(key, shared);
    return shared;
  }

  /** Has an index made of these rules; of one that waits for its turn already it will be these. */
  request(shared: Shared, rules: readonly Rule[]): void {
    const waits = shared.wanted !== undefined;
    shared.wanted = rules;
    if (!waits) this.#make(this.#making(shared));
  }

  *#making(shared: Shared): Work<void> {
    const rules = shared.wanted ?? [];
    shared.wanted = undefined;
    // Asked for by one snapshot while that of the snapshot before was being made.
    if (shared.indexed?.isOutgrown(rules) === false) return;
    shared.indexed = new Indexed(yield* RuleIndex.making(rules, this.#fields), rules);
  }
}
