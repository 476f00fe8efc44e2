import type { Instant, ReplenishmentState } from '../../shared/index.js';

/** The columns of `replenishment` that hold the state, as {@link stateFrom} reads them. */
export const STATE_COLUMNS =
  'purchases, first_purchased_at, last_purchased_at, visits_at_first, sum_log_gap, sum_log_gap_squared';

export interface StateRow {
  purchases: number;
  first_purchased_at: Instant;
  last_purchased_at: Instant;
  visits_at_first: number;
  sum_log_gap: number;
  sum_log_gap_squared: number;
}

export function stateFrom(row: StateRow): ReplenishmentState {
  return {
    purchases: row.purchases,
    firstPurchasedAt: row.first_purchased_at,
    lastPurchasedAt: row.last_purchased_at,
    visitsAtFirst: row.visits_at_first,
    sumLogGap: row.sum_log_gap,
    sumLogGapSquared: row.sum_log_gap_squared,
  };
}

/** How rows are folded at present; those of another fold are folded anew at the next look. */
export const FOLD = 2;

/** A household of more is none: somebody gave all shoppers one id. */
const LARGEST_HOUSEHOLD = 12;

/**
 * The others of the household of `asked` whose purchases count as if `asked` had made them: those with a consent to
 * `profiling` of their own.
 */
export const HOUSEHOLD = `
  CASE WHEN asked.household_id IS NULL THEN '{}'::text[] ELSE (
    SELECT CASE WHEN count(*) < ${LARGEST_HOUSEHOLD}
      THEN coalesce(array_agg(member.shopper_id ORDER BY member.shopper_id), '{}') ELSE '{}'::text[] END
    FROM shoppers AS member
    WHERE member.household_id = asked.household_id AND member.shopper_id <> asked.shopper_id
      AND EXISTS (SELECT FROM consents WHERE consents.shopper_id = member.shopper_id
                  AND purpose = 'profiling' AND granted)) END`;

/**
 * True when the derived rows of `asked` (with `profiled`; `activity` is its row of `shopper_activity`, if any) are as
 * they must be: none without the consent; with it there are some once there are purchases,
 * folded the present way from those of the present household, and no product they wait for has come to the catalogue. New purchases need not be looked for: their event folds them in.
 */
export const SETTLED = `
  CASE
    WHEN NOT profiled THEN activity.shopper_id IS NULL
    WHEN activity.shopper_id IS NULL
      THEN NOT EXISTS (SELECT FROM purchases WHERE purchases.shopper_id = ANY(asked.shopper_id || ${HOUSEHOLD}))
    ELSE activity.fold IS NOT DISTINCT FROM ${FOLD} AND activity.shared_with = ${HOUSEHOLD}
      AND NOT EXISTS (SELECT FROM products WHERE product_id = ANY(activity.awaiting))
  END`;
