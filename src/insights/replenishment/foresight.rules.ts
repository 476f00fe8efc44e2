import { DAY_MS, dayIn, type Foresight, type Instant } from '../../shared/index.js';
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
  #moment: Moment | undefined;

  constructor(
    private readonly model: ShopperModel<string>,
    private readonly clientele: Clientele,
    private readonly timeZone: string,
  ) {}

  purchaseProbability(key: string, at: Instant): number | undefined {
    const odds = this.#contributions(key, at)?.reduce((sum, each) => sum + each, 0);
    return odds === undefined ? undefined : logistic(odds);
  }

  nextPurchase(key: string, at: Instant): { from: Instant; to: Instant } | undefined {
    const habit = this.model.habitOf(key);
    if (habit === undefined) return undefined;
    const { habits, rhythm, items } = this.model;
    const { items: population, intervals } = this.clientele.population;
    const last = habits.lastDay(habit);
    const elapsed = Math.max(0, dayIn(at, this.timeZone) - last);
    const item = items[habit] as number;
    const { fromDays, toDays } = nextPurchase(habits, habit, population, item, rhythm, intervals, elapsed);
    const after = (days: number): Instant => at + Math.round((Math.min(days, MAX_DAYS) - elapsed) * DAY_MS);
    return { from: after(fromDays), to: after(toDays) };
  }

  /** Where the probability comes from, the largest part first; the parts add up to its log odds. */
  explain(key: string, at: Instant): Contribution[] | undefined {
    const parts = this.#contributions(key, at);
    if (parts === undefined) return undefined;
    const told = FEATURES.map(({ name, label }, i) => ({
      feature: name,
      label,
      value: this.#row[i] as number,
      weight: this.#weight(i),
      contribution: parts[i] as number,
    }));
    return told.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  }

  #contributions(key: string, at: Instant): number[] | undefined {
    const habit = this.model.habitOf(key);
    if (habit === undefined) return undefined;
    const day = dayIn(at, this.timeZone);
    // Many categories are asked about at one moment.
    if (this.#moment?.day !== day) this.#moment = momentOf(this.model.rhythm, day);
    const { items } = this.clientele.population;
    const item = this.model.items[habit] as number;
    writeFeatures(this.model.habits, habit, items, item, this.#moment, this.#row, 0);
    return Array.from(this.#row, (value, i) => value * this.#weight(i));
  }

  #weight(feature: number): number {
    const { weights } = this.clientele.population.weighing;
    return (weights[feature] as number) + (this.model.offsets[feature] as number);
  }
}
