import { Injectable } from '@nestjs/common';
import type { Message } from '../../delivery/index.js';
import { BROWSED_NOT_BOUGHT, FAVOURITE_PRODUCTS } from '../../insights/index.js';
import { Database, iso, listOf, timestamp } from '../../platform/index.js';
import type { Instant } from '../../shared/index.js';
import type { FloorVisit } from '../visits/floor-visits.service.js';
import { MAY_BE_TOLD, SEEN, SEEN_VISITS } from '../visits/person.sql.js';
import type { Colleague, Note } from '../visits.dto.js';
import type { OfferMade, ProductSeen } from './card.rules.js';

/** What Postgres has for a card; what is made of purchases is null without `profiling`. */
export interface CardRow {
  displayName: string | null;
  tier: string | null;
  assignedTo: Colleague | null;
  claimedBy: Colleague | null;
  claimedAt: Instant | null;
  zoneId: string | null;
  enteredAt: Instant | null;
  favourites: ProductSeen[] | null;
  lookedAt: (ProductSeen & { lastAt: string })[] | null;
  offers: OfferMade[];
  notes: Note[];
  messages: Message[];
}

const RECENT = 10;

const OFFERS = listOf(`
  SELECT offer_id AS "offerId", offer->>'title' AS title, categories, ${iso('created_at')} AS at,
    ${iso('expires_at')} AS "expiresAt", closed_as AS "closedAs",
    acknowledged_at IS NOT NULL OR coalesce(told.received, false) AS received, coalesce(told.opened, false) AS opened,
    pushed_at IS NOT NULL OR EXISTS (
      SELECT FROM pushes WHERE pushes.delivery_id = deliveries.delivery_id AND maybe_delivered) AS pushed
  FROM deliveries LEFT JOIN LATERAL (
    SELECT true AS received, bool_or(type IN ('opened', 'saved', 'rated')) AS opened
    FROM delivery_events WHERE delivery_events.delivery_id = deliveries.delivery_id HAVING count(*) > 0
  ) AS told ON true
  WHERE deliveries.shopper_id = $1 AND created_at >= $4 AND ${MAY_BE_TOLD}
  ORDER BY created_at DESC, deliveries.delivery_id LIMIT ${RECENT}`);

const NOTES = listOf(`
  SELECT note_id AS "noteId", text, display_name AS by, ${iso('at')} AS at
  FROM shopper_notes LEFT JOIN staff USING (staff_id)
  WHERE shopper_notes.shopper_id = $1 ORDER BY shopper_notes.at DESC, note_id DESC LIMIT ${RECENT}`);

const MESSAGES = listOf(`
  SELECT message_id AS "messageId", CASE WHEN author IS NULL THEN 'shopper' ELSE 'shop' END AS "from", text,
    ${iso('at')} AS at
  FROM messages WHERE messages.shopper_id = $1 ORDER BY messages.at DESC, message_id DESC LIMIT ${RECENT}`);

/** `$1` the shopper, `$2` now, `$3` the visit, `$4` when the day began in the store. */
const CARD = `
  WITH profiling AS (
    SELECT EXISTS (SELECT FROM consents WHERE shopper_id = $1 AND purpose = 'profiling' AND granted) AS granted
  )
  SELECT ${SEEN},
    CASE WHEN profiling.granted THEN ${FAVOURITE_PRODUCTS} END AS favourites,
    CASE WHEN profiling.granted THEN ${BROWSED_NOT_BOUGHT} END AS "lookedAt",
    ${OFFERS} AS offers, ${NOTES} AS notes, ${MESSAGES} AS messages
  FROM ${SEEN_VISITS}, profiling
  WHERE visits.visit_id = $3 AND visits.shopper_id = $1`;

/** Reads across the tables of other rooms, and writes none. */
@Injectable()
export class CardRepository {
  constructor(private readonly database: Database) {}

  /** Undefined when the shopper may not be seen (any more). */
  async find(
    { visitId, shopperId }: FloorVisit,
    now: Instant,
    dayBegan: Instant,
  ): Promise<CardRow | undefined> {
    const values = [shopperId, timestamp(now), visitId, timestamp(dayBegan)];
    const [row] = await this.database.query<CardRow>(CARD, values);
    return row;
  }
}
