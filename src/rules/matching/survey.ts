import type { Work } from '../../shared/index.js';
import type { FieldValue } from '../registry.js';

/** What one row asks of a value: its answer changes only at `cuts` (or right beside one). */
export interface Demand<Cut extends number | string> {
  readonly row: number;
  readonly cuts: readonly Cut[];
  /** Whether it asks for an order, not only for values themselves. */
  readonly ordered: boolean;
  readonly met: (value: FieldValue) => boolean;
}

/** Values below, at and between the cuts of an axis, as one such value each. */
export interface Scale<Cut extends number | string> {
  readonly lowest: Cut;
  /** Some value above `low` and below `high`, where there is one. */
  between(low: Cut, high: Cut | undefined): Cut;
}

export const numbers: Scale<number> = {
  lowest: -Infinity,
  between: (low, high) => (high === undefined ? Infinity : low / 2 + high / 2),
};

/** In the order of their UTF-16 units, as comparisons have it; the next text after one is that with a NUL behind. */
export const texts: Scale<string> = { lowest: '', between: (low) => `${low}\0` };

/**
 * The cuts of all rows part an axis into classes within which no answer changes: 0 below the first cut, 2i + 1 at cut i,
 * 2i + 2 right above it.
 */
export interface Survey<Cut extends number | string> {
  /** Ascending. */
  readonly cuts: readonly Cut[];
  readonly indexOf: ReadonlyMap<Cut, number>;
  readonly ordered: boolean;
  readonly answers: readonly Answers[];
}

/** What one row says from class to class. */
interface Answers {
  readonly row: number;
  /** Of class 0. */
  readonly lowest: boolean;
  /** The classes on entering which it changes sides, ascending. */
  readonly changes: readonly number[];
}

export function* surveyOf<Cut extends number | string>(
  demands: readonly Demand<Cut>[],
  scale: Scale<Cut>,
): Work<Survey<Cut>> {
  const cuts = ascending(demands.flatMap((demand) => demand.cuts));
  const indexOf = new Map(cuts.map((cut, index) => [cut, index]));
  const answers: Answers[] = [];
  for (const demand of demands) {
    answers.push({
      row: demand.row,
      lowest: demand.met(scale.lowest),
      changes: changesOf(demand, indexOf, scale),
    });
    yield;
  }
  return { cuts, indexOf, ordered: demands.some(({ ordered }) => ordered), answers };
}

/** Which values a row lets through: their share of all cuts (those beside them weigh nothing), and the first class. */
export interface Reach {
  readonly share: number;
  readonly first: number;
}

export function reachOf<Cut extends number | string>({ answers, cuts }: Survey<Cut>, at: number): Reach {
  const { lowest, changes } = answers[at] as Answers;
  const ends = [...changes, 2 * cuts.length + 1];
  let met = 0;
  let begun = lowest ? 0 : -1;
  let first = begun;
  for (const end of ends) {
    if (begun >= 0) {
      // Cut i is class 2i + 1.
      met += (end >> 1) - (begun >> 1);
      begun = -1;
    } else {
      begun = end;
      if (first < 0) first = end;
    }
  }
  return { share: met / Math.max(1, cuts.length), first };
}

/** A row's own cuts are the only places where it may change sides. */
function changesOf<Cut extends number | string>(
  { cuts, met }: Demand<Cut>,
  indexOf: ReadonlyMap<Cut, number>,
  scale: Scale<Cut>,
): number[] {
  const own = ascending(cuts);
  const changes: number[] = [];
  let before = met(scale.lowest);
  own.forEach((cut, index) => {
    const at = 2 * (indexOf.get(cut) ?? 0) + 1;
    for (const [entered, value] of [
      [at, cut],
      [at + 1, scale.between(cut, own[index + 1])],
    ] as const) {
      const now = met(value);
      if (now !== before) changes.push(entered);
      before = now;
    }
  });
  return changes;
}

function ascending<Cut extends number | string>(cuts: readonly Cut[]): Cut[] {
  return [...new Set(cuts)].sort((a, b) => (a < b ? -1 : 1));
}
