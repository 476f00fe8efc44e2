import type { Field, FieldValue } from '../../rules/index.js';
import { DAY_MS, type Facts, type ValueModel, type ValueState } from '../../shared/index.js';
import { RFM_SEGMENTS } from '../rfm/rfm.rules.js';
import { hasWorth, ofWorth } from '../said.js';
import { estimateValue } from './estimate.rules.js';

type Known = { state: ValueState; model: ValueModel };

const MINOR_UNITS = 'minor units';

/** What a rule may ask about a shopper's value. All are unknown without the `profiling` consent or a purchase. */
export const valueFields: readonly Field[] = [
  {
    field: 'value.recencyDays',
    label: 'Days since the last purchase',
    description: 'Whole UTC days since the last day with a purchase, in any channel.',
    type: 'number',
    unit: 'days',
    read: known(({ state }, at) => Math.max(0, Math.floor(at / DAY_MS) - state.lastDay)),
    sql: (_, { at }) =>
      ofWorth(`greatest(0, floor(${at} / ${DAY_MS}) - (last_day - date '1970-01-01'))::float8`),
  },
  {
    field: 'value.frequency',
    label: 'Days with a purchase',
    description:
      'Distinct days with a purchase, in any channel; many purchases of a day are one, a return is none.',
    type: 'number',
    unit: 'count',
    read: known(({ state }) => state.purchaseDays),
    sql: () => ofWorth('purchase_days::float8'),
  },
  {
    field: 'value.monetary',
    label: 'Spent so far',
    description:
      'Paid for all lines with a price in the shopper’s main currency, less returns, in minor units.',
    type: 'number',
    unit: MINOR_UNITS,
    read: known(({ state }) => (state.currency === null ? undefined : state.spent)),
    sql: () => ofWorth('CASE WHEN currency IS NOT NULL THEN spent::float8 END'),
  },
  scored('recency', 'RFM score of recency', 'bought last'),
  scored('frequency', 'RFM score of frequency', 'bought most often'),
  scored('monetary', 'RFM score of spend', 'spent most, among payers in the same currency'),
  {
    field: 'value.rfm.segment',
    label: 'RFM segment',
    description: 'Named by recency against the mean of frequency and spend; see docs/metrics.md.',
    type: 'choice',
    choices: RFM_SEGMENTS,
    read: known(({ state }) => state.rfm?.segment),
    sql: () => ofWorth('segment'),
  },
  {
    field: 'value.probabilityActive',
    label: 'Probability that the shopper still is a customer',
    description: 'By the purchase model fitted to the whole clientele, at the moment of the decision.',
    type: 'number',
    range: [0, 1],
    read: known(({ state, model }, at) => estimateValue(model, state, at).probabilityActive),
    sqlKnown: () => hasWorth,
  },
  {
    field: 'value.lifetimeValue',
    label: 'Margin expected in the next 12 months',
    description:
      'Expected purchases times expected margin of one, in minor units of the shopper’s main currency.',
    type: 'number',
    unit: MINOR_UNITS,
    read: known(({ state, model }, at) => estimateValue(model, state, at).months12.margin ?? undefined),
    sqlKnown: () => hasWorth,
  },
  {
    field: 'value.interPurchaseDays',
    label: 'Mean days between purchases',
    description:
      'From the first day with a purchase to the last, over the gaps between; known from the second on.',
    type: 'number',
    unit: 'days',
    read: known(({ state: { purchaseDays, firstDay, lastDay } }) =>
      purchaseDays < 2 ? undefined : (lastDay - firstDay) / (purchaseDays - 1),
    ),
    sql: () =>
      ofWorth('CASE WHEN purchase_days >= 2 THEN (last_day - first_day)::float8 / (purchase_days - 1) END'),
  },
];

function scored(name: 'recency' | 'frequency' | 'monetary', label: string, best: string): Field {
  return {
    field: `value.rfm.${name}`,
    label,
    description: `1 to 5 by fifths of all shoppers; 5 is the fifth that ${best}. Known from the first nightly round on.`,
    type: 'number',
    range: [1, 5],
    read: known(({ state }) => state.rfm?.[name]),
    sql: () => ofWorth(`CASE WHEN segment IS NOT NULL THEN ${name}_score::float8 END`),
  };
}

function known(of: (value: Known, at: number) => FieldValue) {
  return ({ at, shopper }: Facts): FieldValue =>
    shopper.consents.profiling && shopper.value !== undefined ? of(shopper.value, at) : undefined;
}
