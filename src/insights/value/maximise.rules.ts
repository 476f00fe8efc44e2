// As an ES module fmin 0.0.4 exports nothing: its build leaves the functions on globalThis.
import 'fmin';

/** Edges of the first simplex and of the smallest one, in ln parameter. */
const FIRST_EDGE = 0.5;
const LAST_EDGE = 0.002;
const SHRINK = 0.3;
/** A restart that gains less than this in log-likelihood has found nothing. */
const GAIN = 1e-8;
const MOST_RESTARTS = 40;
const ITERATIONS = 400;
/** e¹²: beyond it a parameter says infinity, and the likelihood is flat. */
const MOST_LOG = 12;

export interface Maximum {
  parameters: number[];
  value: number;
}

/**
 * The positive parameters of the greatest log-likelihood, from the best of several starts: Nelder-Mead over their
 * logarithms (fmin), begun anew from where it ended with a fresh simplex until that finds nothing, and then with ever
 * smaller ones. Simplices that have collapsed are the method's usual failure, and a restart is the usual cure.
 *
 * fmin's own cure, shrinking the simplex, is switched off (`sigma: 1` ends the run instead): in 0.0.4 it throws a
 * ReferenceError.
 *
 * @param logLikelihood of parameters > 0; NaN counts as impossible
 */
export function maximise(
  logLikelihood: (parameters: readonly number[]) => number,
  starts: readonly (readonly number[])[],
): Maximum {
  const height = (logs: readonly number[]): number => {
    if (logs.some((log) => Math.abs(log) > MOST_LOG)) return -Infinity;
    const value = logLikelihood(logs.map(Math.exp));
    return Number.isNaN(value) ? -Infinity : value;
  };
  const climbed = starts.map((start) => climb(height, start.map(Math.log)));
  const best = climbed.reduce((left, right) => (right.value > left.value ? right : left));
  return { parameters: best.logs.map(Math.exp), value: best.value };
}

interface Place {
  logs: number[];
  value: number;
}

function climb(height: (logs: readonly number[]) => number, start: number[]): Place {
  let best: Place = { logs: start, value: height(start) };
  let edge = FIRST_EDGE;
  for (let restart = 0; restart < MOST_RESTARTS && edge > LAST_EDGE; restart += 1) {
    const next = descend(height, best.logs, edge);
    const gain = next.value - best.value;
    if (gain > 0) best = next;
    if (!(gain > GAIN * Math.max(1, edge / LAST_EDGE))) edge *= SHRINK;
  }
  return best;
}

/**
 * One run of Nelder-Mead. It makes its first simplex by multiplying each coordinate of the start, which stands still at
 * nought; so the coordinates given are distances from the start, plus one.
 */
function descend(height: (logs: readonly number[]) => number, start: readonly number[], edge: number): Place {
  const placeOf = (shifted: readonly number[]): number[] =>
    start.map((log, index) => log + (shifted[index] ?? 1) - 1);
  const { x, fx } = globalThis.fmin.nelderMead(
    (shifted) => -height(placeOf(shifted)),
    start.map(() => 1),
    { maxIterations: ITERATIONS, minErrorDelta: GAIN, nonZeroDelta: 1 + edge, sigma: 1 },
  );
  return { logs: placeOf(x), value: -fx };
}
