import { logitOf } from './numbers.rules.js';
import { DEFAULT_PARAMETERS } from './default-parameters.js';
import { DEFAULT_PRODUCT_PARAMETERS } from './default-product-parameters.js';
import { FEATURE_COUNT } from './features.rules.js';
import { ELAPSED_UP_TO } from './intervals.rules.js';
import { populationOf, type Population } from './fit.rules.js';
import type { Work } from '../../../shared/work.js';
import type { Visit } from './shopper.rules.js';

/** Raised when features or records change their meaning: what was fitted or folded before it is not read. */
export const MODEL_VERSION = 1;

/** What is fitted whatever the items: fit on one clientele, it starts another. */
export interface Parameters {
  share: number;
  strength: number;
  logDays: number;
  logVisits: number;
  daysVariance: number;
  visitsVariance: number;
  weights: readonly number[];
  /** Lower triangle of the symmetric step, row by row. */
  step: readonly number[];
  intervals: { low: readonly number[]; middle: readonly number[]; high: readonly number[] };
}

/** A fitted clientele as it is kept: the parameters, and what differs by item, in the order of `names`. */
export interface StoredClientele {
  version: number;
  parameters: Parameters;
  names: readonly string[];
  share: readonly number[];
  logDays: readonly number[];
  logVisits: readonly number[];
  weekday: readonly number[];
  month: readonly number[];
}

/** A population whose items have names; a name that it does not know has the clientele's overall figures. */
export class Clientele {
  readonly #numbers: ReadonlyMap<string, number>;

  /** @param population of one item more than there are names: the last one stands for all others */
  constructor(
    readonly names: readonly string[],
    readonly population: Population,
  ) {
    this.#numbers = new Map(names.map((name, number) => [name, number]));
  }

  /** For `ShopperModel`: bound, so that it can be handed on. */
  readonly numberOf = (name: string): number => this.#numbers.get(name) ?? this.names.length;

  /** What a fresh installation starts with; `default-parameters.ts` says of whom it was learned. */
  static default(): Clientele {
    return nameless(DEFAULT_PARAMETERS);
  }

  /** The same where items are products: fewer visits bring one of them than bring one of a whole category. */
  static defaultOfProducts(): Clientele {
    return nameless(DEFAULT_PRODUCT_PARAMETERS);
  }

  /** @param shoppers each one's visits by the items' names */
  static *fit(shoppers: readonly (readonly Visit<string>[])[]): Work<Clientele> {
    const numbers = new Map<string, number>();
    const numberOf = (name: string): number => {
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      return number;
    };
    const numbered: Visit[][] = [];
    for (const visits of shoppers) {
      yield;
      numbered.push(visits.map(({ day, items }) => ({ day, items: items.map(numberOf) })));
    }
    return new Clientele([...numbers.keys()], yield* populationOf(numbered, numbers.size + 1));
  }

  static from(stored: StoredClientele): Clientele {
    const { parameters } = stored;
    const share = Float64Array.from([...stored.share, parameters.share]);
    return new Clientele(stored.names, {
      items: {
        share,
        logitShare: share.map((each) => logitOf(each, 1 - each)),
        strength: parameters.strength,
        logDays: Float64Array.from([...stored.logDays, parameters.logDays]),
        logVisits: Float64Array.from([...stored.logVisits, parameters.logVisits]),
        daysVariance: parameters.daysVariance,
        visitsVariance: parameters.visitsVariance,
        weekday: Float64Array.from([...stored.weekday, ...new Array<number>(7).fill(0)]),
        month: Float64Array.from([...stored.month, ...new Array<number>(12).fill(0)]),
      },
      weighing: { weights: Float64Array.from(parameters.weights), step: symmetric(parameters.step) },
      intervals: { elapsedUpTo: ELAPSED_UP_TO, ...parameters.intervals },
    });
  }

  stored(): StoredClientele {
    const count = this.names.length;
    const { items } = this.population;
    return {
      version: MODEL_VERSION,
      parameters: parametersOf(this.population, count),
      names: this.names,
      share: rounded(items.share.subarray(0, count)),
      logDays: rounded(items.logDays.subarray(0, count)),
      logVisits: rounded(items.logVisits.subarray(0, count)),
      weekday: rounded(items.weekday.subarray(0, count * 7)),
      month: rounded(items.month.subarray(0, count * 12)),
    };
  }
}

function nameless(parameters: Parameters): Clientele {
  return Clientele.from({
    version: MODEL_VERSION,
    parameters,
    names: [],
    share: [],
    logDays: [],
    logVisits: [],
    weekday: [],
    month: [],
  });
}

/** @param other the item that stands for all that are not known */
export function parametersOf({ items, weighing, intervals }: Population, other: number): Parameters {
  return {
    share: figure(items.share[other] as number),
    strength: figure(items.strength),
    logDays: figure(items.logDays[other] as number),
    logVisits: figure(items.logVisits[other] as number),
    daysVariance: figure(items.daysVariance),
    visitsVariance: figure(items.visitsVariance),
    weights: rounded(weighing.weights),
    step: rounded(lowerOf(weighing.step)),
    intervals: {
      low: intervals.low.map(figure),
      middle: intervals.middle.map(figure),
      high: intervals.high.map(figure),
    },
  };
}

function lowerOf(matrix: Float64Array): Float64Array {
  return Float64Array.from(
    Array.from({ length: FEATURE_COUNT }, (_, row) => [
      ...matrix.subarray(row * FEATURE_COUNT, row * FEATURE_COUNT + row + 1),
    ]).flat(),
  );
}

function symmetric(lower: readonly number[]): Float64Array {
  const matrix = new Float64Array(FEATURE_COUNT * FEATURE_COUNT);
  let at = 0;
  for (let row = 0; row < FEATURE_COUNT; row += 1) {
    for (let column = 0; column <= row; column += 1, at += 1) {
      matrix[row * FEATURE_COUNT + column] = lower[at] ?? 0;
      matrix[column * FEATURE_COUNT + row] = lower[at] ?? 0;
    }
  }
  return matrix;
}

/** Six digits are more than the data hold. */
function figure(value: number): number {
  return Number(value.toPrecision(6));
}

function rounded(values: Float64Array): number[] {
  return Array.from(values, figure);
}
