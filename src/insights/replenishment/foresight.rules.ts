import { DAY_MS, dayIn, type Foresight, type Instant } from '../../shared/index.js';
import type { DayNumber } from './model/calendar.rules.js';
import type { Clientele } from './model/clientele.rules.js';
import { FEATURE_COUNT, FEATURES, momentOf, writeFeatures, type Moment } from './model/features.rules.js';
import { nextPurchase } from './model/intervals.rules.js';
import { logistic } from './model/numbers.rules.js';
import type { ShopperModel } from './model/shopper.rules.js';

/** What one feature adds to the log odds of a purchase. */
export interface Contribution {
  feature: string;
  label: string;
  value: number;
  /** The clientele's, and the shopper's own difference from it. */
  weight: number;
  contribution: number;
}

/** A hundred years: keeps every date writable. */
const MAX_DAYS = 36_500;

/** A shopper's model, read against one snapshot of the clientele; a refit meanwhile changes neither. */
export class ModelForesight implements Foresight {
  readonly #row = new Float64Array(FEATURE_COUNT);
  /** The clientele's weights with the shopper's own differences from them. */
  readonly #own: Float64Array;
  #moment: Moment | undefined;
  #at: Instant | undefined;
  #day: DayNumber = 0;

  constructor(
    private readonly model: ShopperModel<string>,
    private readonly clientele: Clientele,
    private readonly timeZone: string,
  ) {
    const { weights } = clientele.population.weighing;
    this.#own = weights.map((weight, i) => weight + (model.offsets[i] as number));
  }

  purchaseProbability(key: string, at: Instant): number | undefined {
    if (!this.#write(key, at)) return undefined;
    let odds = 0;
    for (let i = 0; i < FEATURE_COUNT; i += 1) odds += (this.#row[i] as number) * (this.#own[i] as number);
    return logistic(odds);
  }

  nextPurchase(key: string, at: Instant): { from: Instant; to: Instant } | undefined {
    const habit = this.model.habitOf(key);
    if (habit === undefined) return undefined;
    const { habits, rhythm, items } = this.model;
    const { items: population, intervals } = this.clientele.population;
    const last = habits.lastDay(habit);
    const elapsed = Math.max(0, this.#dayOf(at) - last);
    const item = items[habit] as number;
    const { fromDays, toDays } = nextPurchase(habits, habit, population, item, rhythm, intervals, elapsed);
    const after = (days: number): Instant => at + Math.round((Math.min(days, MAX_DAYS) - elapsed) * DAY_MS);
    return { from: after(fromDays), to: after(toDays) };
  }

  /** Where the probability comes from, the largest part first; the parts add up to its log odds. */
  explain(key: string, at: Instant): Contribution[] | undefined {
    if (!this.#write(key, at)) return undefined;
    const told = FEATURES.map(({ name, label }, i) => {
      const [value, weight] = [this.#row[i] as number, this.#own[i] as number];
      return { feature: name, label, value, weight, contribution: value * weight };
    });
    return told.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  }

  /** The features of one habit, for the moment; false where there is none. */
  #write(key: string, at: Instant): boolean {
    const habit = this.model.habitOf(key);
    if (habit === undefined) return false;
    const day = this.#dayOf(at);
    // Many categories are asked about at one moment.
    if (this.#moment?.day !== day) this.#moment = momentOf(this.model.rhythm, day);
    const { items } = this.clientele.population;
    writeFeatures(this.model.habits, habit, 1, items, this.model.items, this.#moment, this.#row);
    return true;
  }

  #dayOf(at: Instant): DayNumber {
    if (at !== this.#at) {
      this.#at = at;
      this.#day = dayIn(at, this.timeZone);
    }
    return this.#day;
  }
}
