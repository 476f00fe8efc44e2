import { ERASED, neutral, personal, withheld, type TableEntry } from './entry.js';

const own = 'shopper_id = ANY($1)';
const whose = personal('whose row it is');
const derived = 'worked out from what is exported, in a form that only the models read';

/** Tables of what is worked out from purchases: rhythms, value, traits, segments. */
export const insights: Readonly<Record<string, TableEntry>> = {
  shopper_activity: {
    purpose: 'how often they shop, for replenishment',
    rows: own,
    fate: ERASED,
    columns: {
      shopper_id: whose,
      visits: personal('distinct shopping days'),
      first_visit_at: personal('the first'),
      last_visit_at: personal('the last'),
      awaiting: personal('products bought that the catalogue lacks'),
      model: withheld('their rhythm, packed', derived),
      product_model: withheld('their rhythm with products, packed', derived),
      products: personal('the products bought'),
      product_habits: withheld('the habit of each, packed', derived),
      fold: neutral('the way it was folded'),
      shared_with: withheld('whose purchases are in it', 'other persons of the household'),
    },
    // Folded anew, without them, at the next look.
    amongOthers: 'UPDATE shopper_activity SET shared_with = NULL, fold = NULL WHERE shared_with && $1',
  },
  replenishment: {
    purpose: 'when they need a category again',
    rows: own,
    fate: ERASED,
    columns: {
      shopper_id: whose,
      category: personal('the category'),
      purchases: personal('how often they bought it'),
      first_purchased_at: personal('first'),
      last_purchased_at: personal('last'),
      visits_at_first: personal('shopping days before'),
      sum_log_gap: personal('the gaps between'),
      sum_log_gap_squared: personal('how they differ'),
      habit: withheld('the habit, packed', derived),
    },
  },
  shopper_value: {
    purpose: 'what their purchases come to',
    rows: own,
    fate: ERASED,
    columns: {
      shopper_id: whose,
      purchase_days: personal('days with a purchase'),
      first_day: personal('the first'),
      last_day: personal('the last'),
      sum_log_gap_days: personal('the gaps between'),
      currency: personal('the currency of most'),
      spent: personal('what they spent'),
      margin: personal('what it earned'),
      spend_days: personal('days with spending'),
      recency_score: personal('RFM'),
      frequency_score: personal('RFM'),
      monetary_score: personal('RFM'),
      segment: personal('RFM'),
      expected_margin: personal('of the next twelve months'),
      probability_active: personal('whether they come back'),
      scored_at: personal('as of'),
    },
  },
  rfm_moves: {
    purpose: 'how they moved between RFM cells',
    rows: own,
    fate: ERASED,
    columns: {
      shopper_id: whose,
      at: personal('when'),
      recency_score: personal('RFM'),
      frequency_score: personal('RFM'),
      monetary_score: personal('RFM'),
      segment: personal('RFM'),
    },
  },
  shopper_traits: {
    purpose: 'their ways, for segments',
    rows: own,
    fate: ERASED,
    columns: {
      shopper_id: whose,
      traits: personal('the ways'),
      computed_at: personal('as of'),
    },
  },
  segment_members: {
    purpose: 'the segments they belong to',
    rows: own,
    fate: ERASED,
    columns: {
      segment_id: personal('the segment'),
      shopper_id: whose,
      since: personal('since when'),
    },
  },
  segment_moves: {
    purpose: 'how they came into segments and left them',
    rows: own,
    fate: ERASED,
    columns: {
      segment_id: personal('the segment'),
      shopper_id: whose,
      at: personal('when'),
      entered: personal('in or out'),
    },
  },
};
