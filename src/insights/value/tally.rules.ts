import type { ValueModel } from '../../shared/shopper-view.js';
import { finished, type Work } from '../../shared/work.js';
import { biasOfBg, fittingBg, type BgModel } from './bg-cnbd.rules.js';
import { cohortOf, DAYS_PER_WEEK, type Cohort, type CountedHistory } from './cohort.rules.js';
import { DEFAULT_MODEL, HORIZON_WEEKS } from './estimate.rules.js';
import { fittingGammaGamma, type Spend } from './gamma-gamma.rules.js';
import { fittingMbgCnbdK } from './grid.rules.js';

/** Fewer who bought again than this: the model that comes with the program. */
const REPEATERS_FOR_A_FIT = 30;
/** Fewer than this: BG/NBD, whose four parameters do not try to tell how regular purchases are. */
const REPEATERS_FOR_A_SHAPE = 200;
/** More distinct histories than this are kept on a coarser grid of days. */
const MOST_HISTORIES = 20_000;
/** Spends are gathered in steps of 2 %. */
const SPEND_STEP = 0.02;

/** One shopper as the round reads them; see `ValueState`. Σ ln gap in days. */
export interface Observation {
  purchaseDays: number;
  firstDay: number;
  lastDay: number;
  sumLogGapDays: number;
  currency: string | null;
  spent: number;
  spendDays: number;
}

/**
 * What a fit needs of all shoppers, in memory that does not grow with them: counts of distinct histories, on a grid of
 * days that becomes twice as coarse whenever there are too many, and of spends by currency.
 */
export class ValueTally {
  #histories = new Map<string, CountedHistory>();
  #stepDays = 1;
  #sumLogGaps = 0;
  #repeaters = 0;
  readonly #spends = new Map<string, Map<string, Spend>>();

  /** @param until the day on which the observation ends */
  constructor(private readonly until: number) {}

  add({ purchaseDays, firstDay, lastDay, sumLogGapDays, currency, spent, spendDays }: Observation): void {
    const repeats = purchaseDays - 1;
    this.#sumLogGaps += sumLogGapDays - repeats * Math.log(DAYS_PER_WEEK);
    if (repeats > 0) this.#repeaters += 1;
    this.#count({ repeats, lastWeeks: lastDay - firstDay, ageWeeks: this.until - firstDay, count: 1 });
    while (this.#histories.size > MOST_HISTORIES && this.#stepDays < this.until) this.#coarsen();
    if (currency !== null && spendDays > 0 && spent > 0) this.#spend(currency, spendDays, spent / spendDays);
  }

  /** The model fitted to what was added, or as much of one as it allows. */
  fit(): ValueModel {
    return finished(this.fitting());
  }

  /** {@link ValueTally.fit} in turns. */
  *fitting(): Work<ValueModel> {
    const spend = yield* this.#fitSpend();
    if (this.#repeaters < REPEATERS_FOR_A_FIT) return { ...DEFAULT_MODEL, spend };
    const cohort = this.#cohort();
    const { model: purchases } =
      this.#repeaters < REPEATERS_FOR_A_SHAPE
        ? yield* fittingBg(cohort, { k: 1, dropoutAtFirst: 0 })
        : yield* fittingMbgCnbdK(cohort);
    return { purchases, bias: yield* biases(purchases, cohort), spend };
  }

  #cohort(): Cohort {
    const inWeeks = [...this.#histories.values()].map((each) => ({
      ...each,
      lastWeeks: each.lastWeeks / DAYS_PER_WEEK,
      ageWeeks: each.ageWeeks / DAYS_PER_WEEK,
    }));
    return cohortOf(inWeeks, this.#sumLogGaps);
  }

  /** Times are in days until they are fitted to. Rounded up, so that a repeat never falls on the first day. */
  #count(history: CountedHistory): void {
    const rounded = (days: number): number => Math.ceil(days / this.#stepDays) * this.#stepDays;
    const [lastWeeks, ageWeeks] = [rounded(history.lastWeeks), rounded(history.ageWeeks)];
    const key = `${history.repeats} ${lastWeeks} ${ageWeeks}`;
    const known = this.#histories.get(key);
    if (known === undefined) this.#histories.set(key, { ...history, lastWeeks, ageWeeks });
    else known.count += history.count;
  }

  #coarsen(): void {
    const before = this.#histories;
    this.#histories = new Map();
    this.#stepDays *= 2;
    for (const history of before.values()) this.#count(history);
  }

  #spend(currency: string, purchases: number, mean: number): void {
    const ofCurrency = this.#spends.get(currency) ?? new Map<string, Spend>();
    this.#spends.set(currency, ofCurrency);
    const step = Math.round(Math.log(mean) / SPEND_STEP);
    const key = `${purchases} ${step}`;
    const known = ofCurrency.get(key);
    if (known === undefined) ofCurrency.set(key, { purchases, mean: Math.exp(step * SPEND_STEP), count: 1 });
    else known.count += 1;
  }

  /** Of the currency that most shoppers spend in: spends of another do not compare with it. */
  *#fitSpend(): Work<ValueModel['spend']> {
    const counted = [...this.#spends].map(([currency, spends]) => {
      const list = [...spends.values()];
      return { currency, list, shoppers: list.reduce((sum, { count }) => sum + count, 0) };
    });
    const [main] = counted.sort((a, b) => b.shoppers - a.shoppers || (a.currency < b.currency ? -1 : 1));
    const fit = main && (yield* fittingGammaGamma(main.list));
    return main === undefined || fit === undefined ? null : { ...fit.model, currency: main.currency };
  }
}

function* biases(model: BgModel, cohort: Cohort): Work<[number, number, number]> {
  const [months6, months12, months18] = HORIZON_WEEKS;
  function* of(weeks: number): Work<number> {
    yield;
    return biasOfBg(model, cohort, weeks);
  }
  return [yield* of(months6), yield* of(months12), yield* of(months18)];
}
