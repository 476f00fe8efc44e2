import { inStores } from '../../insights/index.js';
import { ATTRIBUTED, MADE } from '../offers-report.sql.js';

/** Decisions of the time (`$1` to `$2`) in the stores `$3`, in which the offer `$4` was considered (NULL: any). */
const MOMENTS = `
  moment AS MATERIALIZED (
    SELECT decision_id, visit_id, outcome, reason FROM decisions
    WHERE at >= $1 AND at < $2 AND ${inStores('store_id', '$3')}
      AND ($4::uuid IS NULL OR considered @> jsonb_build_array(jsonb_build_object('offerId', $4::text))))`;

/** A row: how many visits came how far. */
export const FUNNEL = `
  WITH ${MADE}, ${ATTRIBUTED}, ${MOMENTS},
  fate AS (
    SELECT made.decision_id, delivery.acknowledged_at IS NOT NULL OR coalesce(event.any, false) AS received,
      coalesce(event.opened, false) AS opened,
      EXISTS (SELECT FROM kept WHERE kept.decision_id = made.decision_id) OR EXISTS (
        SELECT FROM coupons JOIN redemptions USING (code)
        WHERE coupons.decision_id = made.decision_id AND reversed_at IS NULL) AS followed
    FROM made LEFT JOIN deliveries AS delivery USING (decision_id)
    LEFT JOIN LATERAL (
      SELECT bool_or(type IN ('received', 'displayed', 'opened')) AS any, bool_or(type = 'opened') AS opened
      FROM delivery_events WHERE delivery_events.delivery_id = delivery.delivery_id) AS event ON true
    WHERE outcome = 'offer'),
  visit AS (
    SELECT visit_id, bool_or(decision_id IS NOT NULL) AS moment, bool_or(fate.decision_id IS NOT NULL) AS offered,
      bool_or(received) AS received, bool_or(opened) AS opened, bool_or(opened AND followed) AS bought,
      bool_or(followed) AND NOT bool_or(opened) AS bought_unopened
    FROM (SELECT visit_id FROM visits WHERE started_at >= $1 AND started_at < $2 AND ${inStores('store_id', '$3')}) AS begun
    LEFT JOIN moment USING (visit_id) LEFT JOIN fate USING (decision_id)
    GROUP BY visit_id)
  SELECT count(*)::int AS visits, count(*) FILTER (WHERE moment)::int AS moment, count(*) FILTER (WHERE offered)::int AS offered,
    count(*) FILTER (WHERE received)::int AS received, count(*) FILTER (WHERE opened)::int AS opened,
    count(*) FILTER (WHERE bought)::int AS bought, count(*) FILTER (WHERE bought_unopened)::int AS "boughtUnopened"
  FROM visit`;

/** Why nothing was said, the most frequent first; NULL where an offer was made. */
export const SILENCES = `
  WITH ${MOMENTS}
  SELECT CASE WHEN outcome <> 'offer' THEN reason END AS reason, count(*)::int AS decisions
  FROM moment GROUP BY 1 ORDER BY decisions DESC, 1`;
