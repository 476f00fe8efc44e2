import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, ProductId, ShopperId } from '../../shared/index.js';
import type { Interaction } from './interaction.rules.js';

interface InteractionRow {
  interaction_id: string;
  shopper_id: ShopperId;
  type: Interaction['type'];
  product_id: ProductId | null;
  referred_shopper_id: ShopperId | null;
  at: Instant;
  channel: string;
}

/** What shoppers did besides buying. */
@Injectable()
export class InteractionsRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** Writes those that are not on record; of one that comes twice, the first. */
  async insert(tx: Queryable, interactions: readonly Interaction[]): Promise<void> {
    await tx.run(
      `INSERT INTO interactions
         (interaction_id, shopper_id, type, product_id, referred_shopper_id, at, channel)
       SELECT id, shopper, type, product, referred, at, channel
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
         WITH ORDINALITY AS given(id, shopper, type, product, referred, at, channel, place)
       ORDER BY id, place
       ON CONFLICT (interaction_id) DO NOTHING`,
      [
        interactions.map(({ interactionId }) => interactionId),
        interactions.map(({ shopperId }) => shopperId),
        interactions.map(({ type }) => type),
        interactions.map(({ productId }) => productId ?? null),
        interactions.map(({ referredShopperId }) => referredShopperId ?? null),
        interactions.map(({ at }) => timestamp(at)),
        interactions.map(({ channel }) => channel),
      ],
    );
  }

  async recorded(tx: Queryable, ids: readonly string[]): Promise<Map<string, Interaction>> {
    const rows = await tx.query<InteractionRow>(
      `SELECT interaction_id, shopper_id, type, product_id, referred_shopper_id, at, channel
       FROM interactions WHERE interaction_id = ANY($1)`,
      [ids],
    );
    return new Map(rows.map((row) => [row.interaction_id, interactionFrom(row)]));
  }
}

function interactionFrom(row: InteractionRow): Interaction {
  return {
    interactionId: row.interaction_id,
    shopperId: row.shopper_id,
    type: row.type,
    productId: row.product_id ?? undefined,
    referredShopperId: row.referred_shopper_id ?? undefined,
    at: row.at,
    channel: row.channel,
  };
}
