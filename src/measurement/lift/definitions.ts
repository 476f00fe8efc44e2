import type { Definition } from '../../insights/index.js';

const A_SHOPPER = 'per shopper of the arm';

/** The figures of `GET /v1/reports/lift`, of each experiment. */
export const liftDefinitions = {
  arms: {
    label: 'Treated and control shoppers',
    unit: 'shoppers',
    definition:
      'Shoppers who consent to profiling, by their first moment in the time: the offer was made (treated), or would have been made and was withheld by the holdout (control). Only those whose window of windowDays from that moment is over; the others are waiting. crossed counts those who later had a moment of the other kind, because a share was changed: they stay where they began. Of an offer, whoever is held out of all offers is left out; of all offers together, they are the control, and everybody else is treated.',
  },
  difference: {
    label: 'Lift',
    unit: `minor units of each currency, or a share of shoppers, ${A_SHOPPER}`,
    definition:
      'Mean of the treated less mean of the control, over everything that they bought within the window, or nothing. margin is what was paid less cost (DEFAULT_MARGIN_SHARE of what was paid where the cost is not known) less what tills took off for coupons; revenue the same without the cost; buyers the share that bought something the offer leads to. What the same days before the first moment explain is taken out of margin and revenue (CUPED); explained is how much of the variance that was.',
  },
  interval: {
    label: 'Lift, 95 % interval',
    unit: `as the lift, ${A_SHOPPER}`,
    definition:
      'low to high: right for 95 of 100 experiments however often one looks and whenever one stops (asymptotic confidence sequence). pValue goes with it. relative is the lift as a share of the mean of the control.',
  },
  earned: {
    label: 'Earned more than its holdout',
    unit: 'minor units of each currency',
    definition: 'The lift of a shopper times the treated shoppers, with its interval.',
  },
  verdict: {
    label: 'Earns, loses, not yet known, broken',
    unit: 'a word',
    definition:
      'earns where the whole interval of the margin lies above nought, loses where it lies below, else notYetKnown, with the days it would still take at the pace so far, should the lift stay what it is (daysToKnow; null beyond a year). Nothing is said of fewer than 30 shoppers in an arm. broken where the sample ratio is.',
  },
  sampleRatio: {
    label: 'Sample ratio',
    unit: 'shoppers',
    definition:
      'How many shoppers were withheld (waiting ones too) and how many should have been, by the shares in force at each first moment. broken where chance brings such a difference less than once in a thousand: then the assignment or its record is at fault, and no lift means anything.',
  },
  shrunkDifference: {
    label: 'Lift beside other offers',
    unit: `minor units of the currency, ${A_SHOPPER}`,
    definition:
      'The lift of the margin, drawn towards the mean of all offers shown by how little is known of it (empirical Bayes): the best of many is best partly by luck. falseDiscoveryRate is the share of chance findings among all offers with a p-value as small (Benjamini and Hochberg).',
  },
} as const satisfies Record<string, Definition>;
