import type { DayNumber } from '../model/calendar.rules.js';
import { gapOf } from '../model/features.rules.js';
import { Habits } from '../model/habits.rules.js';
import { fitLogistic, type Sample } from '../model/logistic.rules.js';
import { logistic, logitOf, logOfCount, upperTail } from '../model/numbers.rules.js';
import { Counting, type Items } from '../model/population.rules.js';
import { finished } from '../../../shared/work.js';

/** What a household bought of one category in one week, in the unit of the pack. */
export interface WeekBought {
  week: DayNumber;
  units: number;
  amount: number;
}

export interface PackSizeReport {
  households: number;
  purchases: number;
  trainUntilWeek: number;
  pairs: number;
  /** By what is known of the last purchase: log-loss of "bought in this week". */
  logLoss: Record<Knowing, number>;
  /** Knowing more minus knowing only when, with the 95 % interval over households drawn again. */
  differences: Record<'units' | 'amount', { difference: number; from: number; to: number }>;
  /** By how much a doubled amount stretches the gap: d ln gap / d ln amount, fitted up to the cut. */
  elasticity: Record<'units' | 'amount', number>;
}

const KNOWING = ['when', 'units', 'amount'] as const;
type Knowing = (typeof KNOWING)[number];

const WIDTH = 8;
const PURCHASES_FOR_A_RHYTHM = 3;
const DRAWS = 500;
const ONLY_ITEM = 0;

/**
 * Does it help to know how much was bought? A week's purchase is foreseen three times: from when the household bought
 * until now, from how many units they took besides, and from the amount in their packs (depletion: stock lasts in
 * proportion to ln amount over the usual one, with the elasticity as fitted). Fitted up to the cut, judged after it.
 *
 * @param households each one's weeks with a purchase, ascending
 * @param lastWeek of the panel: weeks without a purchase are weeks too
 */
export function evaluatePackSize(
  households: readonly (readonly WeekBought[])[],
  cut: number,
  lastWeek: number,
  roll: () => number,
): PackSizeReport {
  const counting = new Counting(1);
  for (const bought of households) {
    counting.add(
      bought.filter(({ week }) => week <= cut).map(({ week }) => ({ day: week, items: [ONLY_ITEM] })),
    );
  }
  const items = finished(counting.finish());
  const judged = KNOWING.map((knowing) => judge(households, items, knowing, cut, lastWeek));
  const [when, units, amount] = judged as [Judged, Judged, Judged];
  const compared = (other: Judged) => difference(other, when, roll);
  return {
    households: households.length,
    purchases: households.reduce((sum, bought) => sum + bought.length, 0),
    trainUntilWeek: cut,
    pairs: total(when.pairs),
    logLoss: { when: lossOf(when), units: lossOf(units), amount: lossOf(amount) },
    differences: { units: compared(units), amount: compared(amount) },
    elasticity: { units: units.elasticity, amount: amount.elasticity },
  };
}

/** Sums by household. */
interface Judged {
  loss: Float64Array;
  pairs: Float64Array;
  elasticity: number;
}

function judge(
  households: readonly (readonly WeekBought[])[],
  items: Items,
  knowing: Knowing,
  cut: number,
  lastWeek: number,
): Judged {
  const elasticity = knowing === 'when' ? 0 : elasticityOf(households, items, knowing, cut);
  const train: number[] = [];
  const bought: number[] = [];
  for (const household of households) {
    live(household, items, knowing, elasticity, cut, (week, row, isBought) => {
      if (week > cut) return;
      train.push(...row);
      bought.push(isBought ? 1 : 0);
    });
  }
  const sample: Sample = { width: WIDTH, rows: Float32Array.from(train), bought: Uint8Array.from(bought) };
  const { weights } = finished(fitLogistic(sample, new Float64Array(WIDTH)));
  const loss = new Float64Array(households.length);
  const pairs = new Float64Array(households.length);
  households.forEach((household, at) => {
    live(household, items, knowing, elasticity, lastWeek, (week, row, isBought) => {
      if (week <= cut) return;
      const p = logistic(row.reduce((sum, value, i) => sum + value * (weights[i] as number), 0));
      loss[at] = (loss[at] as number) - Math.log(isBought ? p : 1 - p);
      pairs[at] = (pairs[at] as number) + 1;
    });
  });
  return { loss, pairs, elasticity };
}

type Told = (week: number, row: readonly number[], isBought: boolean) => void;

/** Every week after the third purchase, with what is known of it beforehand. */
function live(
  household: readonly WeekBought[],
  items: Items,
  knowing: Knowing,
  elasticity: number,
  until: number,
  tell: Told,
): void {
  const habits = new Habits();
  const amounts = new Amounts();
  household.forEach((each, at) => {
    observe(habits, amounts, each, at, knowing);
    if (at + 1 < PURCHASES_FOR_A_RHYTHM) return;
    const next = household[at + 1]?.week ?? Number.POSITIVE_INFINITY;
    for (let week = each.week + 1; week <= Math.min(next, until); week += 1) {
      tell(week, rowOf(habits, items, amounts.logRatio, elasticity, week - each.week), week === next);
    }
  });
}

function rowOf(habits: Habits, items: Items, ratio: number, elasticity: number, weeks: number): number[] {
  const { mean, deviation } = gapOf(habits, 0, items, ONLY_ITEM);
  const z = (logOfCount(weeks) - mean - elasticity * ratio) / deviation;
  const before = weeks > 1 ? (logOfCount(weeks - 1) - mean - elasticity * ratio) / deviation : -6;
  const left = upperTail(z);
  const hazard = logitOf(upperTail(before) - left, left);
  return [
    1,
    hazard,
    Math.min(9, z * z),
    logOfCount(weeks),
    mean,
    deviation,
    elasticity === 0 ? 0 : ratio,
    hazard * hazard * 0.1,
  ];
}

/** Least squares of (ln gap - the household's mean) on ln (amount over the usual one), up to the cut. */
function elasticityOf(
  households: readonly (readonly WeekBought[])[],
  items: Items,
  knowing: Knowing,
  cut: number,
): number {
  let [products, squares] = [0, 0];
  for (const household of households) {
    const habits = new Habits();
    const amounts = new Amounts();
    household.forEach((each, at) => {
      if (each.week > cut) return;
      if (at >= PURCHASES_FOR_A_RHYTHM) {
        const ratio = amounts.logRatio;
        const { mean } = gapOf(habits, 0, items, ONLY_ITEM);
        products += ratio * (Math.log(each.week - habits.lastDay(0)) - mean);
        squares += ratio * ratio;
      }
      observe(habits, amounts, each, at, knowing);
    });
  }
  return squares === 0 ? 0 : products / squares;
}

/** What the last amount weighs against the usual one. */
const AMOUNT_SHARE = 0.2;

/** How much is bought at a time, as logarithms. */
class Amounts {
  #usual: number | undefined;
  #last: number | undefined;

  /** ln of the last amount over the usual one; 0 where amounts are not known. */
  get logRatio(): number {
    return this.#last === undefined || this.#usual === undefined ? 0 : this.#last - this.#usual;
  }

  observe(amount: number | undefined): void {
    this.#last = amount !== undefined && amount > 0 ? Math.log(amount) : undefined;
    if (this.#last === undefined) return;
    this.#usual = (this.#usual ?? this.#last) * (1 - AMOUNT_SHARE) + this.#last * AMOUNT_SHARE;
  }
}

function observe(
  habits: Habits,
  amounts: Amounts,
  bought: WeekBought,
  before: number,
  knowing: Knowing,
): void {
  if (before === 0) habits.begin(bought.week, 1);
  else habits.observe(0, bought.week, before + 1);
  amounts.observe(amountOf(bought, knowing));
}

function amountOf({ units, amount }: WeekBought, knowing: Knowing): number | undefined {
  return knowing === 'when' ? undefined : knowing === 'units' ? units : amount;
}

function lossOf({ loss, pairs }: Judged): number {
  return total(loss) / total(pairs);
}

/** Paired percentile bootstrap over households. */
function difference(mine: Judged, other: Judged, roll: () => number) {
  const drawn = Array.from({ length: DRAWS }, () => {
    let [sum, pairs] = [0, 0];
    for (let i = 0; i < mine.loss.length; i += 1) {
      const at = Math.floor(roll() * mine.loss.length);
      sum += (mine.loss[at] as number) - (other.loss[at] as number);
      pairs += mine.pairs[at] as number;
    }
    return sum / pairs;
  }).sort((a, b) => a - b);
  const end = (share: number): number => drawn[Math.floor(share * (DRAWS - 1))] as number;
  return { difference: lossOf(mine) - lossOf(other), from: end(0.025), to: end(0.975) };
}

function total(values: Float64Array): number {
  return values.reduce((sum, each) => sum + each, 0);
}
