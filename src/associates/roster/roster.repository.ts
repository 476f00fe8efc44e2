import { Injectable } from '@nestjs/common';
import { OPEN_VISIT_MS } from '../../decisions/index.js';
import type { Message } from '../../delivery/index.js';
import { Database, iso, listOf, timestamp } from '../../platform/index.js';
import type { Instant, ShopperId, StoreId, VisitId } from '../../shared/index.js';
import { MAY_BE_TOLD, SEEN, SEEN_VISITS } from '../visits/person.sql.js';
import type { Colleague } from '../visits.dto.js';
import type { SeenVisit } from './roster.rules.js';

/** An open visit as Postgres has it. */
export interface RosterRow {
  visitId: VisitId;
  storeId: StoreId;
  shopperId: ShopperId;
  startedAt: Instant;
  zoneId: string | null;
  enteredAt: Instant | null;
  displayName: string | null;
  tier: string | null;
  assignedTo: Colleague | null;
  claimedBy: Colleague | null;
  claimedAt: Instant | null;
  offers: SeenVisit['offers'];
  messages: Message[];
}

/** More of one visit nobody reads at once; the card has them all. */
const MOST = 20;

const OFFERS = listOf(`
  SELECT delivery_id AS "deliveryId", offer_id AS "offerId", offer->>'title' AS title, ${iso('created_at')} AS at,
    ${iso('expires_at')} AS "expiresAt"
  FROM deliveries
  WHERE deliveries.shopper_id = visits.shopper_id AND deliveries.visit_id = visits.visit_id
    AND created_at >= visits.started_at - interval '1 minute' AND ${MAY_BE_TOLD}
  ORDER BY created_at, delivery_id LIMIT ${MOST}`);

const MESSAGES = `(SELECT coalesce(json_agg(item ORDER BY item.at, item."messageId"), '[]') FROM (
  SELECT message_id AS "messageId", CASE WHEN author IS NULL THEN 'shopper' ELSE 'shop' END AS "from", text,
    ${iso('at')} AS at
  FROM messages WHERE messages.shopper_id = visits.shopper_id AND messages.at >= visits.started_at
  ORDER BY messages.at DESC, message_id DESC LIMIT ${MOST}) AS item)`;

/** `$1` the stores, `$2` since when a visit is not a forgotten one. */
const OPEN_VISITS = `
  SELECT visits.visit_id AS "visitId", visits.store_id AS "storeId", visits.shopper_id AS "shopperId",
    visits.started_at AS "startedAt", ${SEEN}, ${OFFERS} AS offers, ${MESSAGES} AS messages
  FROM ${SEEN_VISITS}
  WHERE visits.ended_at IS NULL AND visits.store_id = ANY($1) AND visits.started_at > $2`;
const IN_ORDER = 'ORDER BY visits.started_at, visits.visit_id';

/** Who is in which store, as far as associates may see it. */
@Injectable()
export class RosterRepository {
  constructor(private readonly database: Database) {}

  /** Who came last, last; of `shopperIds` only, where given. */
  openIn(
    storeIds: readonly StoreId[],
    now: Instant,
    shopperIds?: readonly ShopperId[],
  ): Promise<RosterRow[]> {
    const values = [storeIds, timestamp(now - OPEN_VISIT_MS)];
    return shopperIds === undefined
      ? this.database.query(`${OPEN_VISITS} ${IN_ORDER}`, values)
      : this.database.query(`${OPEN_VISITS} AND visits.shopper_id = ANY($3) ${IN_ORDER}`, [
          ...values,
          shopperIds,
        ]);
  }
}
