import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Database, Outbox, Published, timestamp, type Queryable } from '../../platform/index.js';
import type { DecisionId, Instant, OfferId, ShopperId } from '../../shared/index.js';
import type { Tally } from './responses.rules.js';
import { RESPONSES } from './responses.service.js';
import { FOLLOWED_WITHIN_MS, gains, outcomeAt, type Trial } from './trial.rules.js';

const BATCH = 200;
/** A receipt that comes later teaches nothing any more. */
const LATE_DAYS = 30;
/** As long as offers stay in the ledger: evaluation reads them. */
const KEPT_DAYS = 400;

interface Row {
  decision_id: DecisionId;
  offer_id: OfferId;
  kind: string;
  category: string | null;
  response: number;
  taken: number;
  need: number;
  made_at: Instant;
  counted: boolean | null;
  /** Null where the shopper's purchases may no longer be used, or the decision is gone. */
  bought: boolean | null;
}

/**
 * Learns what offers bring. An event only says where to look; what happened is read anew from receipts and redemptions,
 * and the tallies get the difference from what they have: events may come twice, late or in any order.
 */
@Injectable()
export class Learning implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly published: Published,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('purchase.recorded', async ({ shopperId }) => {
      await this.#lookAtShopper(shopperId);
      return 'done';
    });
    this.outbox.handle('coupon.used', async ({ code }) => {
      await this.#lookAtCoupon(code);
      return 'done';
    });
  }

  /** Counts what is due. @returns true while there is more */
  async step(): Promise<boolean> {
    const now = this.clock.now();
    const { looked, learned } = await this.database.transaction(async (tx) => {
      const rows = await this.#due(tx, now);
      const known = rows.filter(({ bought }) => bought !== null);
      const trials = known.map((row) => {
        const trial = trialOf(row);
        return { trial, outcome: outcomeAt(trial, row.bought === true, now) };
      });
      const tallies = gains(trials);
      await writeTallies(tx, tallies);
      await settle(tx, trials, now);
      await tx.run('DELETE FROM response_trials WHERE decision_id = ANY($1::uuid[])', [
        rows.filter(({ bought }) => bought === null).map(({ decision_id }) => decision_id),
      ]);
      if (tallies.size > 0) await this.published.raise(tx, RESPONSES);
      return { looked: rows.length, learned: tallies.size > 0 };
    });
    if (learned) await this.published.announce(RESPONSES);
    return looked === BATCH;
  }

  async forgetOld(): Promise<void> {
    await this.database.run('DELETE FROM response_trials WHERE made_at < now() - make_interval(days => $1)', [
      KEPT_DAYS,
    ]);
  }

  /** The shopper bought something: it may have followed an offer. */
  async #lookAtShopper(shopperId: ShopperId): Promise<void> {
    await this.database.run(
      `UPDATE response_trials t SET look_at = LEAST(t.look_at, $2::timestamptz)
       FROM decisions d
       WHERE d.decision_id = t.decision_id AND d.shopper_id = $1 AND d.at > $2::timestamptz - make_interval(days => $3)`,
      [shopperId, timestamp(this.clock.now()), LATE_DAYS],
    );
  }

  /** A coupon was redeemed, or that was taken back. */
  async #lookAtCoupon(code: string): Promise<void> {
    await this.database.run(
      `UPDATE response_trials SET look_at = $2
       WHERE decision_id = (SELECT decision_id FROM coupons WHERE code = $1)`,
      [code, timestamp(this.clock.now())],
    );
  }

  /** Locked, so that no two workers count one; in one order, so that none waits for the other. */
  #due(tx: Queryable, now: Instant): Promise<Row[]> {
    return tx.query<Row>(
      `WITH due AS (
         SELECT * FROM response_trials WHERE look_at <= $1 ORDER BY look_at, decision_id LIMIT $2
         FOR UPDATE SKIP LOCKED
       )
       SELECT t.decision_id, t.offer_id, t.kind, t.category, t.response, t.taken, t.need, t.made_at,
         t.bought AS counted,
         CASE WHEN c.granted THEN
           EXISTS (
             SELECT FROM purchases p
             JOIN purchase_lines l USING (purchase_id)
             LEFT JOIN products g ON g.product_id = l.product_id
             WHERE p.shopper_id = d.shopper_id AND p.store_id = d.store_id AND l.quantity > 0
               AND p.purchased_at >= t.made_at AND p.purchased_at < t.made_at + make_interval(secs => $3)
               AND (l.product_id = ANY (t.product_ids) OR g.category = ANY (t.categories))
           ) OR EXISTS (
             SELECT FROM coupons k JOIN redemptions r USING (code)
             WHERE k.decision_id = t.decision_id AND r.reversed_at IS NULL
           ) END AS bought
       FROM due t
       LEFT JOIN decisions d USING (decision_id)
       LEFT JOIN consents c ON c.shopper_id = d.shopper_id AND c.purpose = 'profiling'`,
      [timestamp(now), BATCH, FOLLOWED_WITHIN_MS / 1_000],
    );
  }
}

function trialOf(row: Row): Trial {
  return {
    decisionId: row.decision_id,
    offerId: row.offer_id,
    kind: row.kind,
    category: row.category ?? undefined,
    response: row.response,
    taken: row.taken,
    need: row.need,
    madeAt: row.made_at,
    counted: row.counted ?? undefined,
  };
}

async function writeTallies(tx: Queryable, tallies: ReadonlyMap<string, Tally>): Promise<void> {
  const nodes = [...tallies].sort(([a], [b]) => (a < b ? -1 : 1));
  if (nodes.length === 0) return;
  await tx.run(
    `INSERT INTO response_tallies (node, trials, successes, needs)
     SELECT * FROM unnest($1::text[], $2::float8[], $3::float8[], $4::float8[])
     ON CONFLICT (node) DO UPDATE SET trials = response_tallies.trials + excluded.trials,
       successes = response_tallies.successes + excluded.successes, needs = response_tallies.needs + excluded.needs`,
    [
      nodes.map(([node]) => node),
      nodes.map(([, { trials }]) => trials),
      nodes.map(([, { successes }]) => successes),
      nodes.map(([, { needs }]) => needs),
    ],
  );
}

/** What was bought at once is looked at again when the visit is over: it may have come back by then. */
async function settle(
  tx: Queryable,
  trials: readonly { trial: Trial; outcome: boolean | undefined }[],
  now: Instant,
): Promise<void> {
  const overAt = ({ madeAt }: Trial): Instant => madeAt + FOLLOWED_WITHIN_MS;
  await tx.run(
    `UPDATE response_trials t SET bought = known.bought, look_at = known.look_at
     FROM unnest($1::uuid[], $2::boolean[], $3::timestamptz[]) AS known (decision_id, bought, look_at)
     WHERE t.decision_id = known.decision_id`,
    [
      trials.map(({ trial }) => trial.decisionId),
      trials.map(({ outcome }) => outcome ?? null),
      trials.map(({ trial }) => (now < overAt(trial) ? timestamp(overAt(trial)) : null)),
    ],
  );
}
