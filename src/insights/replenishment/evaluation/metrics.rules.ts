/** How good probabilities are; lower is better for the first two and the fourth. */
export interface Metrics {
  logLoss: number;
  brier: number;
  auc: number;
  /** Mean distance between predicted and observed over ten classes of equally many pairs. */
  calibrationError: number;
  recallAt10: number;
  ndcgAt10: number;
}
export const METRICS = ['logLoss', 'brier', 'auc', 'calibrationError', 'recallAt10', 'ndcgAt10'] as const;

/** A row of the reliability table. */
export interface Reliability {
  pairs: number;
  predicted: number;
  observed: number;
}

const TOP = 10;
const CLASSES = 10;
/** Bins of the probability, evenly spread over its log odds: AUC to the fifth digit, and cheap to draw again. */
const BINS = 1024;
const ODDS_RANGE = 10;
const LEAST = 1e-6;

/** Of one shopper; sums, so that shoppers can be drawn again with no pair looked at twice. */
interface Sums {
  pairs: number;
  logLoss: number;
  brier: number;
  visits: number;
  recall: number;
  ndcg: number;
  /** Pairs by bin, bought and not; and the probabilities' sum by bin. */
  bought: Uint32Array;
  passed: Uint32Array;
  predicted: Float64Array;
}

const DISCOUNT = Float64Array.from({ length: TOP }, (_, rank) => 1 / Math.log2(rank + 2));
const IDEAL = Float64Array.from({ length: TOP + 1 }, (_, count) =>
  DISCOUNT.subarray(0, count).reduce((sum, each) => sum + each, 0),
);

function nothing(): Sums {
  return {
    pairs: 0,
    logLoss: 0,
    brier: 0,
    visits: 0,
    recall: 0,
    ndcg: 0,
    bought: new Uint32Array(BINS),
    passed: new Uint32Array(BINS),
    predicted: new Float64Array(BINS),
  };
}

/** What one method predicted, gathered visit by visit. */
export class Scoring {
  readonly #shoppers: Sums[] = [];

  beginShopper(): void {
    this.#shoppers.push(nothing());
  }

  /**
   * One visit: each pair's probability, whether it was bought, and what breaks ties (the higher first). Recall is
   * over true repeats; NDCG is the standard one, its ideal of min(10, bought) items. A visit that repeats nothing
   * counts for neither.
   */
  add(probabilities: Float64Array, bought: Uint8Array, ties: Float64Array, count: number): void {
    const sums = this.#shoppers.at(-1);
    if (sums === undefined) return;
    let repeats = 0;
    for (let pair = 0; pair < count; pair += 1) {
      const p = Math.min(1 - LEAST, Math.max(LEAST, probabilities[pair] as number));
      const y = bought[pair] as number;
      repeats += y;
      sums.logLoss -= y === 1 ? Math.log(p) : Math.log1p(-p);
      sums.brier += (p - y) ** 2;
      const bin = binOf(p);
      const counts = y === 1 ? sums.bought : sums.passed;
      counts[bin] = (counts[bin] as number) + 1;
      sums.predicted[bin] = (sums.predicted[bin] as number) + p;
    }
    sums.pairs += count;
    if (repeats === 0) return;
    const top = topOf(probabilities, ties, count);
    let hits = 0;
    let gain = 0;
    top.forEach((pair, rank) => {
      if (bought[pair] !== 1) return;
      hits += 1;
      gain += DISCOUNT[rank] as number;
    });
    sums.visits += 1;
    sums.recall += hits / repeats;
    sums.ndcg += gain / (IDEAL[Math.min(TOP, repeats)] as number);
  }

  /** @param drawn how often each shopper is in; everybody once without it */
  metrics(drawn?: Uint16Array): Metrics {
    const all = this.#drawn(drawn);
    return {
      logLoss: all.logLoss / all.pairs,
      brier: all.brier / all.pairs,
      auc: aucOf(all),
      calibrationError: classesOf(all).reduce(
        (sum, each) => sum + (Math.abs(each.predicted - each.observed) * each.pairs) / all.pairs,
        0,
      ),
      recallAt10: all.recall / all.visits,
      ndcgAt10: all.ndcg / all.visits,
    };
  }

  get pairs(): number {
    return this.#shoppers.reduce((sum, { pairs }) => sum + pairs, 0);
  }

  reliability(): Reliability[] {
    return classesOf(this.#drawn());
  }

  #drawn(drawn?: Uint16Array): Sums {
    const all = nothing();
    this.#shoppers.forEach((sums, shopper) => {
      const times = drawn === undefined ? 1 : (drawn[shopper] as number);
      if (times > 0) addTo(all, sums, times);
    });
    return all;
  }
}

function addTo(all: Sums, sums: Sums, times: number): void {
  all.pairs += times * sums.pairs;
  all.logLoss += times * sums.logLoss;
  all.brier += times * sums.brier;
  all.visits += times * sums.visits;
  all.recall += times * sums.recall;
  all.ndcg += times * sums.ndcg;
  for (let bin = 0; bin < BINS; bin += 1) {
    all.bought[bin] = (all.bought[bin] as number) + times * (sums.bought[bin] as number);
    all.passed[bin] = (all.passed[bin] as number) + times * (sums.passed[bin] as number);
    all.predicted[bin] = (all.predicted[bin] as number) + times * (sums.predicted[bin] as number);
  }
}

function binOf(p: number): number {
  const odds = Math.log(p / (1 - p));
  const at = Math.floor(((odds + ODDS_RANGE) / (2 * ODDS_RANGE)) * BINS);
  return Math.max(0, Math.min(BINS - 1, at));
}

/** The probability that a bought pair has the higher probability than one passed by; the same bin is half. */
function aucOf({ bought, passed }: Sums): number {
  let [below, area, positives] = [0, 0, 0];
  for (let bin = 0; bin < BINS; bin += 1) {
    const [b, p] = [bought[bin] as number, passed[bin] as number];
    area += b * (below + p / 2);
    below += p;
    positives += b;
  }
  return area / (positives * below);
}

/** Ten classes of about equally many pairs, as whole bins make them up. */
function classesOf({ bought, passed, predicted, pairs }: Sums): Reliability[] {
  const classes: Reliability[] = [];
  let open = { pairs: 0, predicted: 0, observed: 0 };
  let seen = 0;
  const close = (): void => {
    if (open.pairs === 0) return;
    const { pairs: count } = open;
    classes.push({ pairs: count, predicted: open.predicted / count, observed: open.observed / count });
    open = { pairs: 0, predicted: 0, observed: 0 };
  };
  for (let bin = 0; bin < BINS; bin += 1) {
    const count = (bought[bin] as number) + (passed[bin] as number);
    open.pairs += count;
    open.predicted += predicted[bin] as number;
    open.observed += bought[bin] as number;
    seen += count;
    if (seen >= ((classes.length + 1) * pairs) / CLASSES) close();
  }
  close();
  return classes;
}

/** The ten first by probability, then by tie-break. */
function topOf(probabilities: Float64Array, ties: Float64Array, count: number): number[] {
  const top: number[] = [];
  const isBefore = (a: number, b: number): boolean => {
    const [p, q] = [probabilities[a] as number, probabilities[b] as number];
    return p === q ? (ties[a] as number) > (ties[b] as number) : p > q;
  };
  for (let pair = 0; pair < count; pair += 1) {
    if (top.length === TOP && !isBefore(pair, top[TOP - 1] as number)) continue;
    let at = top.length;
    while (at > 0 && isBefore(pair, top[at - 1] as number)) at -= 1;
    top.splice(at, 0, pair);
    if (top.length > TOP) top.pop();
  }
  return top;
}
