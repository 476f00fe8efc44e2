import type { StoreId } from '../../shared/index.js';
import { lossDb } from './path-loss.rules.js';
import type { Geometry } from './geometry.rules.js';
import type { Track } from './track.rules.js';

/**
 * What passers-by have told of a store's radios, without anybody saying where they were: for each anchor and square of
 * the floor how much was heard, and how much louder than a radio of 0 dBm at one metre would have been. Sums, so that
 * what several processes learn can be added.
 */
export interface Learned {
  /** Names the numbering of the anchors, as in `Geometry`. */
  stamp: number;
  /** By anchor number and square: see `squareOf`. */
  sums: Map<number, Sum>;
}

export interface Sum {
  /** Seconds heard, in parts of a second where the place was not sure. */
  weight: number;
  /** Of level and path loss together, dB, weighted. */
  totalDb: number;
}

/** Where somebody was in a second, as well as could be told, and what each anchor heard. */
export interface Fix {
  storeId: StoreId;
  track: Track;
  heard: readonly { anchor: number; dbm: number }[];
}

export interface Calibration {
  exponent: number;
  anchors: readonly (CalibratedAnchor | undefined)[];
  /** How far the levels of all anchors together may be off. */
  commonDeviationDb: number;
}

export interface CalibratedAnchor {
  atOneMetreDbm: number;
  varianceDb2: number;
  /** What this part of the floor hears beside the path loss, dB: shelves, walls, the way the gateway hangs. */
  residualAt: (x: number, y: number) => number;
}

/**
 * Not learned: without places, exponent and level cannot be told apart. On measured halls (true exponents of 1.1 to 2.5
 * by gateway) 1.8 to 2.3 all located alike.
 */
const EXPONENT = 2;
/** What stacks assume of a tag at one metre, and how far a store's radios may differ from that: some 20 dB were seen. */
const USUAL_DBM = -59;
const STORE_DEVIATION_DB = 12;
/** How far gateways of one store differ: antennas, mounting, cables. */
const ANCHOR_DEVIATION_DB = 6;
/** One second's level against the path loss; neighbouring seconds say nearly the same, so each counts half. */
const SECOND_DB2 = 2 * 6 ** 2;
/** The residual is smoothed over this length… */
const RESIDUAL_METRES = 3;
/** …and believed by half once so many seconds were heard around. */
const RESIDUAL_SECONDS = 30;
/** Squares of the floor as wide as what is told apart there. */
const SQUARE_METRES = 3;
/** Room for 1,000 squares each way around the plan's corner. */
const SQUARES = 2_048;

/** Adds what was heard to what is known. Changes `learned`. */
export function learn(learned: Learned, { track, heard }: Fix, { positionOf }: Geometry): void {
  const spots = sigmaPoints(track);
  for (const { anchor, dbm } of heard) {
    const position = positionOf[anchor];
    if (position === undefined) continue;
    for (const { x, y } of spots) {
      const key = keyOf(anchor, x, y);
      const sum = learned.sums.get(key) ?? { weight: 0, totalDb: 0 };
      const share = 1 / spots.length;
      sum.weight += share;
      sum.totalDb += share * (dbm + lossDb({ atOneMetreDbm: 0, exponent: EXPONENT }, position, x, y));
      learned.sums.set(key, sum);
    }
  }
}

/** Five points with the mean and the variance of the place: the mean, and √2 deviations to each side of both axes. */
function sigmaPoints({ x, y, deviationX, deviationY, correlation }: Track): { x: number; y: number }[] {
  const along = Math.SQRT2 * deviationX;
  const slope = Math.SQRT2 * deviationY * correlation;
  const across = Math.SQRT2 * deviationY * Math.sqrt(1 - correlation * correlation);
  return [
    { x, y },
    { x: x + along, y: y + slope },
    { x: x - along, y: y - slope },
    { x, y: y + across },
    { x, y: y - across },
  ];
}

function keyOf(anchor: number, x: number, y: number): number {
  const square = (metres: number): number => {
    const index = Math.floor(metres / SQUARE_METRES) + SQUARES / 2;
    return Math.min(SQUARES - 1, Math.max(0, index));
  };
  return (anchor * SQUARES + square(y)) * SQUARES + square(x);
}

/** Where a key's square has its middle, and whose it is. */
function placeOf(key: number): { anchor: number; x: number; y: number } {
  const column = key % SQUARES;
  const row = Math.floor(key / SQUARES) % SQUARES;
  const middle = (index: number): number => (index - SQUARES / 2 + 0.5) * SQUARE_METRES;
  return { anchor: Math.floor(key / SQUARES / SQUARES), x: middle(column), y: middle(row) };
}

/**
 * The likeliest level of each anchor at one metre: means of what was learned, drawn towards the store's mean the more, the
 * less was heard (a normal hierarchy; Gelman et al., Bayesian Data Analysis, 5.4), and residuals by a Gaussian kernel. It
 * is the M step of an expectation-maximisation whose E step is the tracking itself.
 *
 * @param learned undefined, or kept under another numbering: nothing is known yet
 */
export function calibrate(geometry: Geometry, learned: Learned | undefined): Calibration {
  const known = learned?.stamp === geometry.stamp ? learned : undefined;
  const squares: Square[][] = geometry.positionOf.map(() => []);
  for (const [key, { weight, totalDb }] of known?.sums ?? []) {
    const { anchor, x, y } = placeOf(key);
    squares[anchor]?.push({ x, y, weight, totalDb });
  }
  const totals = squares.map(totalOf);
  const store = storeLevel(totals);
  let borrowed = 0;
  const anchors = geometry.positionOf.map((position, anchor): CalibratedAnchor | undefined => {
    if (position === undefined) return undefined;
    const { weight, totalDb } = totals[anchor] ?? { weight: 0, totalDb: 0 };
    const precision = weight / SECOND_DB2 + 1 / ANCHOR_DEVIATION_DB ** 2;
    const atOneMetreDbm = (totalDb / SECOND_DB2 + store.meanDbm / ANCHOR_DEVIATION_DB ** 2) / precision;
    const around = squares[anchor] ?? [];
    borrowed = Math.max(borrowed, 1 / ANCHOR_DEVIATION_DB ** 2 / precision);
    return {
      atOneMetreDbm,
      varianceDb2: 1 / precision,
      residualAt: (x, y) => residual(around, atOneMetreDbm, x, y),
    };
  });
  return { exponent: EXPONENT, anchors, commonDeviationDb: borrowed * store.deviationDb };
}

type Square = Sum & { x: number; y: number };

function totalOf(squares: readonly Sum[]): Sum {
  const total: Sum = { weight: 0, totalDb: 0 };
  for (const { weight, totalDb } of squares) {
    total.weight += weight;
    total.totalDb += totalDb;
  }
  return total;
}

function storeLevel(totals: readonly Sum[]): { meanDbm: number; deviationDb: number } {
  let precision = 1 / STORE_DEVIATION_DB ** 2;
  let sum = USUAL_DBM * precision;
  for (const { weight, totalDb } of totals) {
    if (weight <= 0) continue;
    const worth = 1 / (SECOND_DB2 / weight + ANCHOR_DEVIATION_DB ** 2);
    precision += worth;
    sum += (worth * totalDb) / weight;
  }
  return { meanDbm: sum / precision, deviationDb: Math.sqrt(1 / precision) };
}

function residual(squares: readonly Square[], atOneMetreDbm: number, x: number, y: number): number {
  let weight = RESIDUAL_SECONDS;
  let sum = 0;
  for (const square of squares) {
    const squared = (square.x - x) ** 2 + (square.y - y) ** 2;
    if (squared > (3 * RESIDUAL_METRES) ** 2) continue;
    const kernel = Math.exp(-squared / (2 * RESIDUAL_METRES ** 2));
    weight += kernel * square.weight;
    sum += kernel * (square.totalDb - square.weight * atOneMetreDbm);
  }
  return sum / weight;
}
