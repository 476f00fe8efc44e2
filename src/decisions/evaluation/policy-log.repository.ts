import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import { toRfc3339, type Instant } from '../../shared/index.js';
import type { ConsideredLine } from '../decision.js';
import type { PolicyLogLine } from './policy-log.rules.js';

const PAGE = 1_000;

interface Row {
  decision_id: string;
  at: Instant;
  store_id: string;
  policy: string;
  offer_id: string;
  revision: number;
  considered: ConsideredLine[];
  priorities: Record<string, number>;
  organic: number;
  margin: number;
  cost: number;
  bought: boolean;
}

/** Reads choices and what came of them out of the ledger. No shopper is in it. */
@Injectable()
export class PolicyLog {
  constructor(private readonly database: Database) {}

  /** Of offers that were made in [from, to) and of which it is known whether they were followed; oldest first. */
  async *lines(range: { from: Instant; to: Instant }): AsyncGenerator<PolicyLogLine> {
    let after: { at: Instant; id: string } = { at: range.from, id: '00000000-0000-0000-0000-000000000000' };
    for (;;) {
      const rows = await this.#page(after, range.to);
      yield* rows.map(lineOf);
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = { at: last.at, id: last.decision_id };
    }
  }

  #page(after: { at: Instant; id: string }, to: Instant): Promise<Row[]> {
    return this.database.query<Row>(
      `SELECT d.decision_id, t.made_at AS at, d.store_id, d.policy, d.offer_id, d.revision, d.considered,
         t.organic, t.margin, t.cost, t.bought,
         (SELECT coalesce(jsonb_object_agg(r.offer_id || ' ' || r.revision, r.document->'priority'), '{}')
          FROM jsonb_array_elements(d.considered) c
          JOIN offer_revisions r ON r.offer_id = (c->>'offerId')::uuid AND r.revision = (c->>'revision')::int
          WHERE c ? 'propensity') AS priorities
       FROM response_trials t JOIN decisions d USING (decision_id)
       WHERE t.bought IS NOT NULL AND d.policy IS NOT NULL AND (t.made_at, t.decision_id) > ($1, $2::uuid) AND t.made_at < $3
       ORDER BY t.made_at, t.decision_id LIMIT $4`,
      [timestamp(after.at), after.id, timestamp(to), PAGE],
    );
  }
}

function lineOf(row: Row): PolicyLogLine {
  const { organic, margin, cost, bought } = row;
  return {
    decisionId: row.decision_id,
    at: toRfc3339(row.at),
    storeId: row.store_id,
    policy: row.policy,
    offerId: row.offer_id,
    revision: row.revision,
    choices: row.considered.flatMap((each) => {
      const { offerId, revision, propensity, worth } = each;
      if (propensity === undefined) return [];
      const priority = row.priorities[`${offerId} ${revision}`] ?? 0;
      return [
        { offerId, revision, propensity, priority, value: worth?.value ?? 0, margin: worth?.margin ?? 0 },
      ];
    }),
    reward: (Number(bought) - organic) * margin - Number(bought) * cost,
    bought,
  };
}
