import { METRICS, type Metrics, type Scoring } from './metrics.rules.js';

/** Ours minus another, with the 95 % interval over shoppers drawn again. */
export interface Difference {
  baseline: string;
  difference: number;
  from: number;
  to: number;
}

const DRAWS = 500;
const LOWER_IS_BETTER: ReadonlySet<string> = new Set(['logLoss', 'brier', 'calibrationError']);

/**
 * Ours minus the best baseline of each metric. Paired percentile bootstrap (Efron): whole shoppers are drawn, the
 * same for both, as the visits of one hang together.
 *
 * @param roll uniform on [0, 1)
 */
export function differences(
  ours: Scoring,
  baselines: Readonly<Record<string, Scoring>>,
  shoppers: number,
  roll: () => number,
): Record<keyof Metrics, Difference> {
  const all = Object.entries(baselines).map(([name, scoring]) => ({ name, scoring, at: scoring.metrics() }));
  const here = ours.metrics();
  const best = METRICS.map((metric) => {
    const sign = LOWER_IS_BETTER.has(metric) ? 1 : -1;
    return all.reduce((a, b) => (sign * b.at[metric] < sign * a.at[metric] ? b : a));
  });
  const drawn = METRICS.map(() => [] as number[]);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const times = new Uint16Array(shoppers);
    for (let i = 0; i < shoppers; i += 1) {
      const at = Math.floor(roll() * shoppers);
      times[at] = (times[at] as number) + 1;
    }
    const mine = ours.metrics(times);
    const theirs = new Map([...new Set(best)].map((each) => [each.name, each.scoring.metrics(times)]));
    METRICS.forEach((metric, i) => {
      const other = theirs.get((best[i] as (typeof best)[number]).name);
      drawn[i]?.push(mine[metric] - (other?.[metric] ?? 0));
    });
  }
  const told = METRICS.map((metric, i): [keyof Metrics, Difference] => {
    const sorted = (drawn[i] as number[]).sort((a, b) => a - b);
    const { name, at } = best[i] as (typeof best)[number];
    const end = (share: number): number => sorted[Math.floor(share * (DRAWS - 1))] as number;
    return [
      metric,
      { baseline: name, difference: here[metric] - at[metric], from: end(0.025), to: end(0.975) },
    ];
  });
  return Object.fromEntries(told) as Record<keyof Metrics, Difference>;
}
