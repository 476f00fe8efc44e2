import type { Metrics } from '../platform/index.js';
import { SECOND_MS, type Instant } from '../shared/index.js';
import type { Format } from './decoders/decoder.js';
import type { TimedHearing } from './timing.rules.js';

/** Through which door it came. */
export type Source = 'native' | 'phone' | 'checkin' | Format;

/** What became of it; each sighting has one. */
export type IngestOutcome =
  | 'accepted'
  | 'unknown'
  | 'no_consent'
  | 'late'
  | 'future'
  | 'rejected'
  | 'duplicate'
  /** A fixed beacon of this store: it tells of its own health, not of a shopper. */
  | 'fixed_beacon'
  /** A fixed beacon of another store. */
  | 'misplaced';

/** Counts at the door; outcomes that did not occur are left out. */
export function count(
  metrics: Metrics,
  source: Source,
  outcomes: Readonly<Partial<Record<IngestOutcome, number>>>,
): void {
  for (const [outcome, times] of Object.entries(outcomes)) {
    if (times > 0) metrics.ingestEvents.inc({ source, outcome }, times);
  }
}

/** How old what was heard is when it comes in: each hearing counts. */
export function observeAges(
  metrics: Metrics,
  source: Source,
  heard: readonly (readonly TimedHearing[])[],
  receivedAt: Instant,
): void {
  const ages = metrics.ingestAge.labels(source);
  for (const hearings of heard) for (const { at } of hearings) ages.observe((receivedAt - at) / SECOND_MS);
}
