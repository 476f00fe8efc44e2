import type { Work } from '../../shared/work.js';
import { climbed, type Place } from './nelder-mead.rules.js';

/** Edges of the simplices, in ln parameter, and how well each run must settle, in log-likelihood. */
const SEARCH = { edge: 0.5, settled: 0.1 };
const ON_SKETCH = [
  { edge: 0.2, settled: 1e-3 },
  { edge: 0.05, settled: 1e-4 },
];
const REFINEMENTS = [
  { edge: 0.03, settled: 1e-4 },
  { edge: 0.005, settled: 1e-8 },
];
/** A ridge is climbed in many small restarts; this ends one that never does. */
const MOST_RESTARTS = 20;
const ITERATIONS = 400;
/** e¹²: beyond it a parameter says infinity, and the likelihood is flat. */
const MOST_LOG = 12;

export interface Maximum {
  parameters: number[];
  value: number;
}

type LogLikelihood = (parameters: readonly number[]) => number;

/** What is to be maximised, of parameters > 0; NaN counts as impossible. */
interface Search {
  logLikelihood: LogLikelihood;
  /** About the same, and much quicker: where to look is found on it. */
  sketched?: LogLikelihood | undefined;
  starts: readonly (readonly number[])[];
}

/**
 * The positive parameters of the greatest log-likelihood, from the best of several starts: Nelder-Mead over their
 * logarithms, begun anew from where it ended with a fresh simplex until that finds nothing, and then with ever smaller
 * ones. Simplices that have collapsed are the method's usual failure, and a restart is the usual cure.
 */
export function* maximise({ logLikelihood, sketched, starts }: Search): Work<Maximum> {
  const rough = heightOf(sketched ?? logLikelihood);
  const found: Place[] = [];
  for (const start of starts) found.push(yield* climb(rough, placeAt(rough, start.map(Math.log)), SEARCH));
  let near = found.reduce((left, right) => (right.height > left.height ? right : left));
  for (const grain of ON_SKETCH) near = yield* climb(rough, near, grain);
  const height = heightOf(logLikelihood);
  let best = placeAt(height, near.at);
  for (const grain of REFINEMENTS) best = yield* climb(height, best, grain);
  return { parameters: best.at.map(Math.exp), value: best.height };
}

function heightOf(logLikelihood: LogLikelihood): Height {
  return (logs) => {
    if (logs.some((log) => Math.abs(log) > MOST_LOG)) return -Infinity;
    const value = logLikelihood(logs.map(Math.exp));
    return Number.isNaN(value) ? -Infinity : value;
  };
}

type Height = (logs: readonly number[]) => number;

interface Grain {
  edge: number;
  settled: number;
}

function placeAt(height: Height, at: number[]): Place {
  return { at, height: height(at) };
}

/** Runs from where the last one ended, until one gains no more than it may be off. */
function* climb(height: Height, start: Place, grain: Grain): Work<Place> {
  let best = start;
  for (let restart = 0; restart < MOST_RESTARTS; restart += 1) {
    const next = yield* climbed(height, best.at, { ...grain, steps: ITERATIONS });
    const gain = next.height - best.height;
    if (gain > 0) best = next;
    if (!(gain > grain.settled)) break;
  }
  return best;
}
