/** What the figures of `GET /v1/reports/latency` are: sent with it, and the source of its section in `docs/metrics.md`. */
export const LATENCY_DEFINITIONS = {
  received: {
    label: 'Received',
    unit: 'milliseconds since the sighting was observed',
    definition:
      'How old the sighting or check-in that led to an offer was when it came in, by the clock of the gateway or phone, corrected where several payloads of a gateway agree that it is wrong. Negative where a clock is ahead.',
  },
  present: {
    label: 'Present',
    unit: 'milliseconds since receipt',
    definition: 'When live presence held the change that triggered the decision, by the clock of Redis.',
  },
  decided: {
    label: 'Decided',
    unit: 'milliseconds since receipt',
    definition: 'When the offer was granted under its locks.',
  },
  committed: {
    label: 'Committed',
    unit: 'milliseconds since receipt',
    definition: 'When the decision was durable.',
  },
  emitted: {
    label: 'Emitted',
    unit: 'milliseconds since receipt',
    definition: 'When the offer went out to the shopper’s open sockets.',
  },
  acknowledged: {
    label: 'Acknowledged',
    unit: 'milliseconds since receipt',
    definition: 'When the first app said that it has the offer, by socket or by what was done with it.',
  },
  pushed: {
    label: 'Pushed',
    unit: 'milliseconds since receipt',
    definition: 'When a push service accepted it for the first of the shopper’s devices.',
  },
} as const;

export type Stage = keyof typeof LATENCY_DEFINITIONS;
export const STAGES = Object.keys(LATENCY_DEFINITIONS) as Stage[];

/** In words for all of them. */
export const LATENCY_NOTE =
  'p50, p95 and p99 are percentiles over the offers made in the period that came to the stage within a minute of receipt; count says how many. What came later waited for its phone, and is in later.';
