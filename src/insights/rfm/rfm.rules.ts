/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index runs within its own array */
import { RFM_SEGMENTS, type RfmSegment } from '../../shared/shopper-view.js';

export { RFM_SEGMENTS, type RfmSegment };

/** 1 (worst) to 5 (best) each. */
export interface RfmScores {
  recency: number;
  frequency: number;
  monetary: number;
}

export const QUINTILES = 5;

/**
 * Quintiles by mid-rank: score = 1 + ⌊5 (mean rank - ½) / n⌋. Equal values always have equal scores, so that a mass of
 * them (all who bought once) may leave scores empty; ties are never broken by chance.
 *
 * @returns the score of each value, the greatest value being best
 */
export function midRankScores(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const scores = new Map<number, number>();
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end += 1;
    // Ranks start + 1 … end.
    const meanRank = (start + 1 + end) / 2;
    scores.set(sorted[start]!, scoreOfRank(meanRank, sorted.length));
    start = end;
  }
  return values.map((value) => scores.get(value)!);
}

function scoreOfRank(meanRank: number, n: number): number {
  return Math.min(QUINTILES, Math.max(1, 1 + Math.floor((QUINTILES * (meanRank - 0.5)) / n)));
}

/** The least value that had each score at the last round; a score that nobody had is not in it. */
export type Bounds = readonly (readonly [score: number, least: number])[];

/** The score of a value against the bounds of the last round: that of the greatest bound not above it. */
export function scoreWithin(bounds: Bounds, value: number): number {
  return bounds.reduce(
    (score, [each, least]) => (value >= least && each > score ? each : score),
    lowestOf(bounds),
  );
}

function lowestOf(bounds: Bounds): number {
  return bounds.length === 0 ? 1 : Math.min(...bounds.map(([score]) => score));
}

/** By recency 1 … 5 (rows), by the mean of frequency and monetary, rounded half up, 1 … 5. */
const GRID: readonly (readonly RfmSegment[])[] = [
  ['lost', 'lost', 'atRisk', 'atRisk', 'cannotLoseThem'],
  ['hibernating', 'hibernating', 'atRisk', 'atRisk', 'cannotLoseThem'],
  ['aboutToSleep', 'aboutToSleep', 'needAttention', 'loyal', 'loyal'],
  ['promising', 'potentialLoyalists', 'potentialLoyalists', 'loyal', 'champions'],
  ['new', 'potentialLoyalists', 'potentialLoyalists', 'champions', 'champions'],
];

/** The segment of a cell: recency against the mean of frequency and monetary, as in the usual two-way chart. */
export function segmentOf({ recency, frequency, monetary }: RfmScores): RfmSegment {
  return GRID[recency - 1]![Math.floor((frequency + monetary + 1) / 2) - 1]!;
}
