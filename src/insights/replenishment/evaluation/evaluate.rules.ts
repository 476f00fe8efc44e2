import type { DayNumber } from '../model/calendar.rules.js';
import { FEATURE_COUNT, FEATURES } from '../model/features.rules.js';
import { parametersOf, type Parameters } from '../model/clientele.rules.js';
import { fitPopulation, type Population } from '../model/fit.rules.js';
import { nextPurchase, PURCHASES_FOR_A_RHYTHM } from '../model/intervals.rules.js';
import { adapt, itself, probabilitiesOf, ShopperModel, type Visit } from '../model/shopper.rules.js';
import {
  BASELINES,
  betaBinomial,
  fitRates,
  personalFrequency,
  poissonGamma,
  popularityOf,
  type Baseline,
  type RatePriors,
} from './baselines.rules.js';
import { differences, type Difference } from './bootstrap.rules.js';
import { Scoring, type Metrics, type Reliability } from './metrics.rules.js';

/** Histories to be judged on: visits ascending, one a day, items numbered below `itemCount`. */
export interface Histories {
  itemCount: number;
  shoppers: readonly (readonly Visit[])[];
}

export interface Report {
  protocol: { trainUntilDay: DayNumber; shoppers: number; items: number; visits: number; pairs: number };
  ours: Metrics & { intervalCoverage80: number; intervalCoverage80AtCut: number };
  baselines: Record<Baseline, Metrics>;
  /** Ours minus the best baseline of each metric. */
  differences: Record<keyof Metrics, Difference>;
  reliability: Reliability[];
  intervals: { gaps: number; medianDays: number; gapsAtCut: number; medianDaysAtCut: number };
  weights: Record<string, number>;
}

/**
 * What a fresh installation would start with if it were of this clientele: everything that is not of one item.
 *
 * @param until the last day that is learned from
 */
export function generalParameters({ shoppers, itemCount }: Histories, until: DayNumber): Parameters {
  const past = shoppers.map((visits) => visits.filter(({ day }) => day <= until));
  return parametersOf(fitPopulation(past, itemCount + 1), itemCount);
}

/**
 * Judges the model on visits after the cut: everything that is for all shoppers is fitted on purchases up to it;
 * then each visit is scored over all that the shopper had bought before, and taken in.
 *
 * @param cut the last day of training
 * @param roll chance of the bootstrap, uniform on [0, 1)
 */
export function evaluateReplenishment(
  { shoppers, itemCount }: Histories,
  cut: DayNumber,
  roll: () => number,
): Report {
  const past = shoppers.map((visits) => visits.filter(({ day }) => day <= cut));
  const population = fitPopulation(past, itemCount);
  const judged = new Judged(population, fitRates(past, itemCount), popularityOf(past, itemCount), cut);
  for (const visits of shoppers) judged.take(visits);
  const { ours, baselines, coverage, coverageAtCut } = judged;
  const tested = Object.fromEntries(BASELINES.map((name) => [name, baselines[name].metrics()]));
  return {
    protocol: {
      trainUntilDay: cut,
      shoppers: shoppers.length,
      items: itemCount,
      visits: judged.visits,
      pairs: ours.pairs,
    },
    ours: {
      ...ours.metrics(),
      intervalCoverage80: coverage.share,
      intervalCoverage80AtCut: coverageAtCut.share,
    },
    baselines: tested as Record<Baseline, Metrics>,
    differences: differences(ours, baselines, shoppers.length, roll),
    reliability: ours.reliability(),
    intervals: {
      gaps: coverage.gaps,
      medianDays: coverage.medianDays,
      gapsAtCut: coverageAtCut.gaps,
      medianDaysAtCut: coverageAtCut.medianDays,
    },
    weights: Object.fromEntries(
      FEATURES.map(({ name }, i) => [name, population.weighing.weights[i] as number]),
    ),
  };
}

/** How often an interval held what it should. */
class Coverage {
  readonly #widths: number[] = [];
  #held = 0;

  note(days: number, fromDays: number, toDays: number): void {
    this.#widths.push(toDays - fromDays);
    if (days >= fromDays && days <= toDays) this.#held += 1;
  }
  get gaps(): number {
    return this.#widths.length;
  }
  get share(): number {
    return this.#held / this.#widths.length;
  }
  get medianDays(): number {
    const sorted = Float64Array.from(this.#widths).sort();
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }
}

interface Asked {
  fromDays: number;
  toDays: number;
}

/** What is known of an item beside its habit, only to be judged by. */
interface Beside {
  firstDay: DayNumber;
  /** The interval told right after the last purchase, and the one told at the cut. */
  atPurchase?: Asked;
  atCut?: Asked;
}

class Judged {
  readonly ours = new Scoring();
  readonly baselines: Record<Baseline, Scoring> = {
    personalFrequency: new Scoring(),
    poissonGamma: new Scoring(),
    betaBinomial: new Scoring(),
  };
  readonly coverage = new Coverage();
  readonly coverageAtCut = new Coverage();
  visits = 0;
  #room = 0;
  #rows = new Float64Array(0);
  #probabilities = new Float64Array(0);
  #others = new Float64Array(0);
  #ties = new Float64Array(0);
  #bought = new Uint8Array(0);

  constructor(
    readonly population: Population,
    readonly rates: RatePriors,
    readonly popularity: Float64Array,
    readonly cut: DayNumber,
  ) {}

  take(visits: readonly Visit[]): void {
    for (const each of [this.ours, ...Object.values(this.baselines)]) each.beginShopper();
    const model = new ShopperModel(itself);
    const beside: Beside[] = [];
    let isCut = false;
    for (const visit of visits) {
      if (visit.day > this.cut && !isCut) {
        isCut = true;
        this.#askAtCut(model, beside);
      }
      this.#score(model, visit, beside);
      this.#judgeIntervals(model, visit, beside);
      model.observe(visit, this.population.items, this.population.intervals);
      this.#askAtPurchase(model, visit, beside);
    }
  }

  #score(model: ShopperModel, visit: Visit, beside: readonly Beside[]): void {
    const { size } = model.habits;
    if (size === 0) return;
    this.#makeRoom(size);
    const { items, weighing } = this.population;
    model.featuresAt(visit.day, items, this.#rows);
    probabilitiesOf(this.#rows, size, weighing.weights, model.offsets, this.#probabilities);
    this.#bought.fill(0, 0, size);
    for (const item of visit.items) {
      const habit = model.habitOf(item);
      if (habit !== undefined) this.#bought[habit] = 1;
    }
    if (visit.day > this.cut) this.#judge(model, visit.day, beside, size);
    adapt(model.offsets, weighing, this.#rows, this.#probabilities, this.#bought, size);
  }

  #judge(model: ShopperModel, day: DayNumber, beside: readonly Beside[], size: number): void {
    this.visits += 1;
    for (let habit = 0; habit < size; habit += 1) {
      const item = model.items[habit] as number;
      this.#ties[habit] = model.habits.purchases(habit) + (this.popularity[item] as number) * 1e-3;
    }
    this.ours.add(this.#probabilities, this.#bought, this.#ties, size);
    const { items } = this.population;
    const by: Record<Baseline, (habit: number, item: number) => number> = {
      personalFrequency: (habit) => personalFrequency(model, habit),
      poissonGamma: (habit, item) =>
        poissonGamma(model, habit, this.rates, item, (beside[habit] as Beside).firstDay, day),
      betaBinomial: (habit, item) => betaBinomial(model, habit, items, item),
    };
    for (const name of BASELINES) {
      for (let habit = 0; habit < size; habit += 1) {
        this.#others[habit] = by[name](habit, model.items[habit] as number);
      }
      this.baselines[name].add(this.#others, this.#bought, this.#ties, size);
    }
  }

  /** What was promised of each gap that this visit ends, if it ends after the cut. */
  #judgeIntervals(model: ShopperModel, visit: Visit, beside: Beside[]): void {
    if (visit.day <= this.cut) return;
    for (const item of visit.items) {
      const habit = model.habitOf(item);
      if (habit === undefined) continue;
      const known = beside[habit] as Beside;
      const days = visit.day - model.habits.lastDay(habit);
      if (known.atPurchase) this.coverage.note(days, known.atPurchase.fromDays, known.atPurchase.toDays);
      if (known.atCut) this.coverageAtCut.note(days, known.atCut.fromDays, known.atCut.toDays);
      delete known.atCut;
    }
  }

  #askAtPurchase(model: ShopperModel, visit: Visit, beside: Beside[]): void {
    for (const item of visit.items) {
      const habit = model.habitOf(item) as number;
      const known = (beside[habit] ??= { firstDay: visit.day });
      if (model.habits.purchases(habit) >= PURCHASES_FOR_A_RHYTHM)
        known.atPurchase = this.#ask(model, habit, 0);
    }
  }

  #askAtCut(model: ShopperModel, beside: Beside[]): void {
    beside.forEach((known, habit) => {
      if (model.habits.purchases(habit) < PURCHASES_FOR_A_RHYTHM) return;
      known.atCut = this.#ask(model, habit, this.cut - model.habits.lastDay(habit));
    });
  }

  #ask(model: ShopperModel, habit: number, elapsedDays: number): Asked {
    const { items, intervals } = this.population;
    const item = model.items[habit] as number;
    return nextPurchase(model.habits, habit, items, item, model.rhythm, intervals, elapsedDays);
  }

  #makeRoom(size: number): void {
    if (size <= this.#room) return;
    this.#room = size * 2;
    this.#rows = new Float64Array(this.#room * FEATURE_COUNT);
    this.#probabilities = new Float64Array(this.#room);
    this.#others = new Float64Array(this.#room);
    this.#ties = new Float64Array(this.#room);
    this.#bought = new Uint8Array(this.#room);
  }
}
