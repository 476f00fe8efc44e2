import { Injectable } from '@nestjs/common';
import { Clock, Database, Log, timestamp } from '../../platform/index.js';
import { DAY_MS, HOUR_MS, type Instant, type LocalTime, type StoreId } from '../../shared/index.js';
import { Stores, type StoreLayout } from '../../stores/index.js';
import { partOf, passedOf, type Pace, type Pacing, type RecordedVisits } from './pacing.rules.js';

/** Four of each weekday: enough to smooth one odd day, recent enough to follow the season. */
const LOOK_BACK_MS = 28 * DAY_MS;
/** How full which hour usually is does not change within a day. */
const REFRESH_MS = 6 * HOUR_MS;

/** How stores fill over the day, for budgets that are paced. Visits are read when the first offer asks for them. */
@Injectable()
export class StoreRhythms {
  #recorded: RecordedVisits | undefined;
  #askedAt = -Infinity;

  constructor(
    private readonly stores: Stores,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * How far this store's part of an offer's budget may be used by now. Until visits have been read, opening hours speak.
   *
   * @param named the stores that the offer runs in; none named: all
   */
  paceIn(
    { storeId, openingHours }: Pick<StoreLayout, 'storeId' | 'openingHours'>,
    by: Pacing,
    named: readonly StoreId[],
    local: LocalTime,
  ): Pace {
    return this.#paceIn(
      { storeId, openingHours },
      named,
      local,
      by === 'visits' ? this.#visits() : undefined,
    );
  }

  /** The same as it was at a moment, by the visits of the weeks before it; it does not change any more. */
  async before(moment: Instant): Promise<Pick<StoreRhythms, 'paceIn'>> {
    const recorded = await this.#read(moment);
    return {
      paceIn: (layout, by, named, local) =>
        this.#paceIn(layout, named, local, by === 'visits' ? recorded : undefined),
    };
  }

  #paceIn(
    { storeId, openingHours }: Pick<StoreLayout, 'storeId' | 'openingHours'>,
    named: readonly StoreId[],
    local: LocalTime,
    recorded: RecordedVisits | undefined,
  ): Pace {
    const among = named.length > 0 ? named : [...this.stores.all()].map((layout) => layout.storeId);
    return {
      part: partOf(storeId, among, local.isoWeekday, recorded),
      passed: passedOf(local, openingHours, recorded?.get(storeId)?.[local.isoWeekday - 1]),
    };
  }

  /** Reads them (again) behind the decision that asks. */
  async refresh(): Promise<void> {
    this.#askedAt = this.clock.now();
    this.#recorded = await this.#read(this.#askedAt);
  }

  #visits(): RecordedVisits | undefined {
    if (this.clock.now() - this.#askedAt > REFRESH_MS) {
      this.refresh().catch((error: unknown) => this.log.warn({ event: 'rhythms.unread', error }));
    }
    return this.#recorded;
  }

  async #read(until: Instant): Promise<RecordedVisits> {
    const rows = await this.database.query<{ store_id: StoreId; day: number; hour: number; visits: number }>(
      `SELECT store_id, extract(isodow FROM local)::int AS day, extract(hour FROM local)::int AS hour, count(*) AS visits
       FROM (SELECT store_id, started_at AT TIME ZONE (document ->> 'timeZone') AS local
             FROM visits JOIN stores USING (store_id) WHERE started_at > $1 AND started_at <= $2) AS begun
       GROUP BY 1, 2, 3`,
      [timestamp(until - LOOK_BACK_MS), timestamp(until)],
    );
    const recorded = new Map<StoreId, number[][]>();
    for (const { store_id: storeId, day, hour, visits } of rows) {
      const week = recorded.get(storeId) ?? Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
      const hours = week[day - 1];
      if (hours !== undefined) hours[hour] = visits;
      recorded.set(storeId, week);
    }
    return recorded;
  }
}
