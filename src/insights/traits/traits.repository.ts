import { Injectable } from '@nestjs/common';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, ShopperId, ShopperTraits } from '../../shared/index.js';
import type { TraitFacts } from './traits.rules.js';
import { TRAIT_FACTS } from './traits.sql.js';

/** What traits are made of, and where they are kept. */
@Injectable()
export class TraitsRepository {
  constructor(private readonly database: Database) {}

  facts(
    tx: Queryable,
    ids: readonly ShopperId[],
    since: { bought: Instant; browsed: Instant },
  ): Promise<TraitFacts[]> {
    return tx.query<TraitFacts>(TRAIT_FACTS, [ids, timestamp(since.bought), timestamp(since.browsed)]);
  }

  /** @returns those whose traits are others now; the rest only learn when they were last worked out */
  async save(
    tx: Queryable,
    traits: ReadonlyMap<ShopperId, ShopperTraits>,
    now: Instant,
  ): Promise<ShopperId[]> {
    if (traits.size === 0) return [];
    const rows = await tx.query<{ shopper_id: ShopperId }>(
      `WITH given AS (SELECT * FROM unnest($1::text[], $2::jsonb[]) AS given (shopper_id, traits)),
         before AS (SELECT shopper_id, traits FROM shopper_traits WHERE shopper_id = ANY($1)),
         written AS (
           INSERT INTO shopper_traits (shopper_id, traits, computed_at)
           SELECT shopper_id, traits, $3 FROM given ORDER BY shopper_id
           ON CONFLICT (shopper_id) DO UPDATE SET traits = excluded.traits, computed_at = excluded.computed_at)
       SELECT shopper_id FROM given LEFT JOIN before USING (shopper_id)
       WHERE before.traits IS DISTINCT FROM given.traits`,
      [[...traits.keys()], [...traits.values()].map((each) => JSON.stringify(each)), timestamp(now)],
    );
    return rows.map(({ shopper_id: id }) => id);
  }

  /** Removes what is derived of all of `ids` but those in `kept`. */
  async forget(tx: Queryable, ids: readonly ShopperId[], kept: readonly ShopperId[]): Promise<ShopperId[]> {
    const rows = await tx.query<{ shopper_id: ShopperId }>(
      'DELETE FROM shopper_traits WHERE shopper_id = ANY($1) AND NOT shopper_id = ANY($2) RETURNING shopper_id',
      [ids, kept],
    );
    return rows.map(({ shopper_id: id }) => id);
  }

  /** Those of `ids` whose traits were worked out before `then`, or never. */
  async olderThan(ids: readonly ShopperId[], then: Instant): Promise<ShopperId[]> {
    const rows = await this.database.query<{ shopper_id: ShopperId }>(
      `SELECT shopper_id FROM unnest($1::text[]) AS asked (shopper_id)
       LEFT JOIN shopper_traits USING (shopper_id) WHERE computed_at IS NULL OR computed_at < $2`,
      [ids, timestamp(then)],
    );
    return rows.map(({ shopper_id: id }) => id);
  }
}
