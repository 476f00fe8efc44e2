import type { Definition } from '../../insights/index.js';

const VISITS = 'visits';

/** The figures of `GET /v1/reports/funnel`. Each step counts visits that came through every step before it. */
export const funnelDefinitions = {
  visits: {
    label: 'Visits in the funnel',
    unit: VISITS,
    definition:
      'Visits that began in the time. The steps after it are about these, whenever the rest happened.',
  },
  moment: {
    label: 'Visits with a moment',
    unit: VISITS,
    definition:
      'Of these, the ones in which the trigger of a live offer matched at least once (of the offer asked about, where one is).',
  },
  offered: {
    label: 'Visits with an offer',
    unit: VISITS,
    definition: 'Of these, the ones in which an offer was made.',
  },
  received: {
    label: 'Visits with an offer received',
    unit: VISITS,
    definition:
      'Of these, the ones with an offer that the app acknowledged or reported as received, displayed or opened.',
  },
  opened: {
    label: 'Visits with an offer opened',
    unit: VISITS,
    definition: 'Of these, the ones with an offer that the app reported as opened.',
  },
  bought: {
    label: 'Visits with an offer followed',
    unit: VISITS,
    definition:
      'Of these, the ones with an opened offer to which a purchase line belongs, or whose coupon was redeemed. A line belongs to an offer as in the offers report.',
  },
  boughtUnopened: {
    label: 'Visits with an offer followed unopened',
    unit: VISITS,
    definition:
      'Visits with an offer that was followed in the same sense, of which none was reported as opened.',
  },
  silences: {
    label: 'Reasons for silence',
    unit: 'decisions',
    definition:
      'Decisions in the time that made no offer, by the reason that stood against the best one, with its share of all decisions; holdout are the ghosts.',
  },
} as const satisfies Record<string, Definition>;
