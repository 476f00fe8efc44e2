import { releaseReservations } from '../../limits/index.js';
import { lockShoppers, timestamp, type Queryable } from '../../platform/index.js';
import type { DecisionId, DeliveryId, Instant, ShopperId } from '../../shared/index.js';

/**
 * Certain, of all attempts at a delivery, that no app and no phone has it: every token led nowhere, no try may have
 * arrived, none is left, no socket got it and nothing was acknowledged.
 *
 * @param delivery which one, as SQL
 */
export function unreachable(delivery: string): string {
  return `coalesce(bool_and(state = 'gone' AND NOT maybe_delivered), false)
    AND (SELECT acknowledged_at IS NULL AND emitted_at IS NULL AND closed_at IS NULL
         FROM deliveries WHERE deliveries.delivery_id = ${delivery})
    AND NOT EXISTS (SELECT FROM devices JOIN deliveries USING (shopper_id)
                    WHERE deliveries.delivery_id = ${delivery} AND push_token IS NOT NULL)`;
}

/**
 * Takes back an offer that reached nobody, and gives back what it took from limits, budgets and caps. The one place
 * where an offer is given back for not having been delivered.
 */
export async function giveBack(tx: Queryable, deliveryId: DeliveryId, now: Instant): Promise<void> {
  const [delivery] = await tx.query<{ shopperId: ShopperId; decisionId: DecisionId }>(
    'SELECT shopper_id AS "shopperId", decision_id AS "decisionId" FROM deliveries WHERE delivery_id = $1',
    [deliveryId],
  );
  if (delivery === undefined) return;
  await lockShoppers(tx, [delivery.shopperId]);
  await tx.run('SELECT FROM deliveries WHERE delivery_id = $1 FOR UPDATE', [deliveryId]);
  const [still] = await tx.query<{ unreachable: boolean }>(
    `SELECT ${unreachable('$1')} AS unreachable FROM pushes WHERE delivery_id = $1`,
    [deliveryId],
  );
  if (still?.unreachable !== true) return;
  const { decisionId } = delivery;
  await releaseReservations(tx, [decisionId], 'undelivered');
  await tx.run('DELETE FROM cap_events WHERE decision_id = $1', [decisionId]);
  await tx.run('UPDATE coupons SET withdrawn_at = $2 WHERE decision_id = $1 AND withdrawn_at IS NULL', [
    decisionId,
    timestamp(now),
  ]);
  await tx.run(
    "UPDATE deliveries SET closed_at = $2, closed_as = 'withdrawn' WHERE delivery_id = $1 AND closed_at IS NULL",
    [deliveryId, timestamp(now)],
  );
}
