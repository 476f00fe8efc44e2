import type { Work } from '../../shared/index.js';
import type { Reach } from './survey.js';

/** What some rows ask of one thing, and how much of it each lets through. */
interface Reaching {
  readonly rows: readonly number[];
  readonly reaches: readonly Reach[];
}

/** How many of what a row asks say where it lies; further ones would part what is a word or two. */
const KEYS = 3;

interface Key {
  readonly share: number;
  /** The thing and what is asked of it, in one number: more than a million values of one thing fall together. */
  readonly of: number;
}

/**
 * Puts rows that the same shoppers meet side by side, so that most words of most intersections are empty: sorted by the
 * most selective of what each asks, then by the next. (Sorting before bitmaps are made: Lemire, Kaser and Aouiche, 2010;
 * by the most selective condition: Fabret and others, SIGMOD 2001.)
 *
 * @returns by row: its place
 */
export function* placesOf(rows: number, questions: readonly Reaching[]): Work<Int32Array> {
  const keys = Array.from({ length: rows }, (): Key[] => []);
  for (const [question, { rows: asking, reaches }] of questions.entries()) {
    asking.forEach((row, at) => {
      const { share, first } = reaches[at] ?? { share: 1, first: 0 };
      keys[row]?.push({ share, of: question * 2 ** 20 + Math.min(first, 2 ** 20 - 1) });
    });
    yield;
  }
  for (const ofRow of keys) {
    ofRow.sort((one, other) => one.share - other.share || one.of - other.of);
    yield;
  }
  const order = Array.from({ length: rows }, (_, row) => row);
  order.sort((one, other) => compared(keys[one] ?? [], keys[other] ?? []) || one - other);
  const placeOf = new Int32Array(rows);
  order.forEach((row, place) => {
    placeOf[row] = place;
  });
  return placeOf;
}

function compared(one: readonly Key[], other: readonly Key[]): number {
  for (let at = 0; at < KEYS; at += 1) {
    const difference = (one[at]?.of ?? -1) - (other[at]?.of ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
