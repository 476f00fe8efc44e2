import { Injectable } from '@nestjs/common';
import { lockConsenting } from '../../consent/index.js';
import { Database, inTurns, type Queryable } from '../../platform/index.js';
import { DAY_MS, type Instant, type ShopperId, type ValueModel } from '../../shared/index.js';
import { estimateValue } from './estimate.rules.js';
import { ValueTally } from './tally.rules.js';
import { ValueModels } from './value-models.js';
import { ValueRepository, type RfmBounds, type Scored, type ValueRow } from './value.repository.js';

const AT_ONCE = 5_000;
/** Any number that nothing else locks. */
const ROUND_LOCK = 4_070_001;

/** Keeps the value of shoppers in step with their purchases, and fits the models of the whole clientele. */
@Injectable()
export class LifetimeValues {
  constructor(
    private readonly database: Database,
    private readonly repository: ValueRepository,
    private readonly models: ValueModels,
  ) {}

  /** The model that values are read by, held in memory; see `ValueModels`. */
  get model(): ValueModel {
    return this.models.model;
  }

  /** Makes the row of each shopper what it must be now: folded with the consent to `profiling`, none without it. */
  async settle(ids: readonly ShopperId[], now: Instant): Promise<void> {
    await this.database.transaction(async (tx) => {
      const profiled = await lockConsenting(tx, 'profiling', ids);
      const others = ids.filter((id) => !profiled.includes(id));
      if (others.length > 0) await this.repository.forget(tx, others);
      if (profiled.length === 0) return;
      await this.repository.fold(tx, profiled);
      await this.#score(tx, await this.repository.find(profiled, tx), now);
    });
  }

  /**
   * Fits the models anew, and scores every shopper against the bounds of today, in memory that does not grow with
   * their number. One process at a time: a second one finds the round under way and leaves it to that.
   *
   * @returns how many shoppers were scored; undefined when a round was under way
   */
  async refit(now: Instant): Promise<number | undefined> {
    return this.database.transaction(async (tx) => {
      // This transaction only reads and holds the lock; the scores are written by short ones of their own.
      await tx.run('SET LOCAL statement_timeout = 0');
      await tx.run('SET LOCAL idle_in_transaction_session_timeout = 0');
      const [lock] = await tx.query<{ got: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS got', [
        ROUND_LOCK,
      ]);
      if (lock?.got !== true) return undefined;
      await this.database.transaction((own) => this.repository.forgetWithdrawn(own));
      await this.#foldMissing(now);
      const document = { model: await this.#fit(tx, now), bounds: await this.repository.bounds(tx) };
      await this.database.transaction((own) => this.models.replace(own, document, now));
      await this.models.announce();
      return this.#scoreAll(tx, document, now);
    }, 1);
  }

  /** Those who bought before this table was there, or consented since and were not looked at. */
  async #foldMissing(now: Instant): Promise<void> {
    for (let after = ''; ;) {
      const ids = await this.repository.unfolded(after, AT_ONCE);
      const last = ids.at(-1);
      if (last === undefined) return;
      await this.settle(ids, now);
      after = last;
    }
  }

  /** The observation ends with the last purchase of anybody: of what came after, nothing is known yet. */
  async #fit(tx: Queryable, now: Instant): Promise<ValueModel> {
    const until = Math.min((await this.repository.lastDay(tx)) ?? 0, Math.floor(now / DAY_MS));
    const tally = new ValueTally(until);
    for await (const rows of this.repository.all(tx, AT_ONCE)) {
      for (const row of rows) if (row.lastDay <= until) tally.add(row);
    }
    return inTurns(tally.fitting());
  }

  async #scoreAll(
    tx: Queryable,
    { model, bounds }: { model: ValueModel; bounds: RfmBounds },
    now: Instant,
  ): Promise<number> {
    let scored = 0;
    for await (const rows of this.repository.all(tx, AT_ONCE)) {
      const all = this.#scoredOf(rows, now, model, bounds);
      await this.database.transaction((own) => this.repository.score(own, all, now));
      scored += all.length;
    }
    return scored;
  }

  async #score(tx: Queryable, rows: readonly ValueRow[], now: Instant): Promise<void> {
    const scored = this.#scoredOf(rows, now, this.models.model);
    if (scored.length > 0) await this.repository.score(tx, scored, now);
  }

  #scoredOf(rows: readonly ValueRow[], now: Instant, model: ValueModel, bounds?: RfmBounds): Scored[] {
    return rows.flatMap((row) => {
      const rfm = this.models.rfmOf(row, bounds);
      if (rfm === undefined) return [];
      const { probabilityActive, months12 } = estimateValue(model, row, now);
      const { shopperId, purchaseDays } = row;
      return [{ shopperId, purchaseDays, rfm, expectedMargin: months12.margin, probabilityActive }];
    });
  }
}
