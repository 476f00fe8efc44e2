// Pure arithmetic on what gateways and phones have noted.
import { zoneIdOf } from './plan.mjs';

const round = (value, digits) => (value === undefined ? null : Number(value.toFixed(digits)));

/** The value below which a share of the sorted values lies (nearest rank); undefined of none. */
export function quantile(sorted, share) {
  return sorted.length === 0
    ? undefined
    : sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

/**
 * Pairs each completed entry with the first arrival of an offer for that shopper and zone after it.
 *
 * @param entries `[shopper, zone, left at ms]`
 * @param arrivals `[shopper, zoneId, arrived at ms]`
 * @param from entries that left before this are not counted
 */
export function judge(entries, arrivals, from) {
  const keyOf = (shopper, zoneId) => `${shopper} ${zoneId}`;
  const waiting = new Map();
  for (const [shopper, zoneId, at] of arrivals) {
    const key = keyOf(shopper, zoneId);
    waiting.set(key, [...(waiting.get(key) ?? []), at]);
  }
  const counted = entries.filter(([, , left]) => left >= from);
  const latencies = [];
  let repeated = 0;
  for (const [shopper, zone, left] of counted) {
    // A shopper comes to the same zone again only after 100 s.
    const times = (waiting.get(keyOf(shopper, zoneIdOf(zone))) ?? []).filter((at) => at >= left);
    if (times.length > 0) latencies.push(times[0] - left);
    repeated += Math.max(0, times.length - 1);
  }
  latencies.sort((a, b) => a - b);
  return {
    offersExpected: counted.length,
    offersArrived: latencies.length,
    offersRepeated: repeated,
    p50Ms: round(quantile(latencies, 0.5), 1),
    p95Ms: round(quantile(latencies, 0.95), 1),
    p99Ms: round(quantile(latencies, 0.99), 1),
    maxMs: round(latencies.at(-1), 1),
  };
}

/** CPU seconds per 1,000 sightings, by part and in all. */
export function cpuFigures(before, after, sightings) {
  const parts = Object.fromEntries(
    Array.from(after, ([name, seconds]) => [
      name,
      round(((seconds - (before.get(name) ?? 0)) * 1_000) / sightings, 4),
    ]),
  );
  const total = Object.entries(parts)
    .filter(([name]) => name !== 'generator')
    .reduce((sum, [, seconds]) => sum + seconds, 0);
  return { ...parts, total: round(total, 4) };
}

/** What each of ours costs, and how long it takes, against the floor at the same rate; rounds are averaged. */
export function ratiosOf(candidates) {
  if (!candidates.some(({ name }) => name === 'floor')) return {};
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const of = (name, rate, read) =>
    mean(candidates.filter((each) => each.name === name && each.rate === rate).map(read));
  const keys = new Map(
    candidates
      .filter(({ name }) => name !== 'floor')
      .map(({ name, rate }) => [`${name}@${rate}`, { name, rate }]),
  );
  return Object.fromEntries(
    Array.from(keys, ([key, { name, rate }]) => {
      const against = (read) => round(of(name, rate, read) / of('floor', rate, read), 2);
      return [
        key,
        {
          cpu: against(({ cpuSecondsPer1000Sightings }) => cpuSecondsPer1000Sightings.total),
          p50: against(({ p50Ms }) => p50Ms),
          p99: against(({ p99Ms }) => p99Ms),
        },
      ];
    }),
  );
}
