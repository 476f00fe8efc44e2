// As an ES module fmin 0.0.4 exports nothing: its build leaves the functions on globalThis.
import 'fmin';

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
 * logarithms (fmin), begun anew from where it ended with a fresh simplex until that finds nothing, and then with ever
 * smaller ones. Simplices that have collapsed are the method's usual failure, and a restart is the usual cure.
 *
 * fmin's own cure, shrinking the simplex, is switched off (`sigma: 1` ends the run instead): in 0.0.4 it throws a
 * ReferenceError.
 */
export function maximise({ logLikelihood, sketched, starts }: Search): Maximum {
  const rough = heightOf(sketched ?? logLikelihood);
  const found = starts.map((start) => climb(rough, placeAt(rough, start.map(Math.log)), SEARCH));
  const highest = found.reduce((left, right) => (right.value > left.value ? right : left));
  const near = ON_SKETCH.reduce((place, grain) => climb(rough, place, grain), highest);
  const height = heightOf(logLikelihood);
  const best = REFINEMENTS.reduce((place, grain) => climb(height, place, grain), placeAt(height, near.logs));
  return { parameters: best.logs.map(Math.exp), value: best.value };
}

function heightOf(logLikelihood: LogLikelihood): Height {
  return (logs) => {
    if (logs.some((log) => Math.abs(log) > MOST_LOG)) return -Infinity;
    const value = logLikelihood(logs.map(Math.exp));
    return Number.isNaN(value) ? -Infinity : value;
  };
}

type Height = (logs: readonly number[]) => number;

interface Place {
  logs: number[];
  value: number;
}

interface Grain {
  edge: number;
  settled: number;
}

function placeAt(height: Height, logs: number[]): Place {
  return { logs, value: height(logs) };
}

/** Runs from where the last one ended, until one gains no more than it may be off. */
function climb(height: Height, start: Place, grain: Grain): Place {
  let best = start;
  for (let restart = 0; restart < MOST_RESTARTS; restart += 1) {
    const next = run(height, best.logs, grain);
    const gain = next.value - best.value;
    if (gain > 0) best = next;
    if (!(gain > grain.settled)) break;
  }
  return best;
}

/**
 * One run of Nelder-Mead. It makes its first simplex by multiplying each coordinate of the start, which stands still at
 * nought; so the coordinates given are distances from the start, plus one.
 */
function run(height: Height, start: readonly number[], { edge, settled }: Grain): Place {
  const placeOf = (shifted: readonly number[]): number[] =>
    start.map((log, index) => log + (shifted[index] ?? 1) - 1);
  const { x, fx } = globalThis.fmin.nelderMead(
    (shifted) => -height(placeOf(shifted)),
    start.map(() => 1),
    { maxIterations: ITERATIONS, minErrorDelta: settled, nonZeroDelta: 1 + edge, sigma: 1 },
  );
  return { logs: placeOf(x), value: -fx };
}
