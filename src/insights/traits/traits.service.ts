import { Inject, Injectable } from '@nestjs/common';
import { lockConsenting } from '../../consent/index.js';
import { Clock, Database, SETTINGS, type Settings } from '../../platform/index.js';
import { DAY_MS, type ShopperId } from '../../shared/index.js';
import { Stores } from '../../stores/index.js';
import { TraitsRepository } from './traits.repository.js';
import { traitsOf } from './traits.rules.js';

const YEAR_DAYS = 365;
/** What was looked at longer ago is forgotten. */
const BROWSED_DAYS = 30;
/** The window of a year moves on without anybody doing anything: so old at most are the figures of who does nothing. */
const STALE_DAYS = 7;

/** Keeps what a shopper's last year says about their ways. */
@Injectable()
export class Traits {
  constructor(
    private readonly repository: TraitsRepository,
    private readonly stores: Stores,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Makes the traits of each shopper what they must be now: of the purchases of the last year with the consent to
   * `profiling`, none without it or without the shopper.
   *
   * @returns those whose traits are others now
   */
  async settle(ids: readonly ShopperId[]): Promise<ShopperId[]> {
    if (ids.length === 0) return [];
    const now = this.clock.now();
    const calendar = {
      zoneOf: (storeId: Parameters<Stores['layout']>[0]) => this.stores.layout(storeId)?.timeZone,
      holidays: this.settings.holidays,
    };
    const since = { bought: now - YEAR_DAYS * DAY_MS, browsed: now - BROWSED_DAYS * DAY_MS };
    return this.database.transaction(async (tx) => {
      const profiled = await lockConsenting(tx, 'profiling', ids);
      const facts = await this.repository.facts(tx, profiled, since);
      const traits = new Map(facts.map((each) => [each.shopper_id, traitsOf(each, calendar)]));
      const gone = await this.repository.forget(tx, ids, [...traits.keys()]);
      return [...gone, ...(await this.repository.save(tx, traits, now))];
    });
  }

  /** Those of `ids` whose figures have stood for a week. */
  stale(ids: readonly ShopperId[]): Promise<ShopperId[]> {
    return this.repository.olderThan(ids, this.clock.now() - STALE_DAYS * DAY_MS);
  }
}
