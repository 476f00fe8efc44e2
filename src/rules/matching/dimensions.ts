import { boundOf, plainComparisonOf, isMissing, listOf, type Comparison } from '../comparison.js';
import type { Condition, Operator } from '../grammar.js';
import type { Field, FieldValue } from '../registry.js';
import { DAY_MS, type Instant, type Work } from '../../shared/index.js';
import { Axis } from './axis.js';
import { allOf, exclude, sizeOf } from './bits.js';
import type { Literal } from './normal-form.js';
import type { RowSets } from './row-sets.js';
import { numbers, reachOf, surveyOf, texts, type Demand, type Reach, type Survey } from './survey.js';

/** One side of a subject, and which rows it lets through. */
export interface Dimension {
  /** The set of the rows that `value` does not rule out; it is good until the next call. */
  rowsAt(value: FieldValue, at: Instant): number;
  /** How many rows it lets through on average. */
  readonly meanSize: number;
}

/** What all rows ask of one dimension, before it is decided where they lie. */
export interface Asking {
  /** By the order of what was asked: how much a row lets through. */
  readonly reaches: readonly Reach[];
  /** @param placeOf where each row lies in the sets */
  dimension(sets: RowSets, placeOf: Int32Array): Work<Dimension>;
}

/** What one row asks of one dimension: all of it. */
export interface Asked {
  readonly row: number;
  readonly literals: readonly Literal[];
}

const ORDERS: ReadonlySet<Operator> = new Set(['<', '<=', '>', '>=', 'between']);

/** Equality, membership, order and presence. */
export class ValueAsking implements Asking {
  readonly reaches: readonly Reach[];
  readonly #demands: readonly MixedDemand[];
  readonly #numbers: Survey<number>;
  readonly #texts: Survey<string>;

  static *making(asked: readonly Asked[], field: Field): Work<ValueAsking> {
    const demands: MixedDemand[] = [];
    for (const { row, literals } of asked) {
      demands.push(demandOf(row, literals, field));
      yield;
    }
    const ofNumbers = yield* surveyOf(demands.map(onlyCuts('number')), numbers);
    const ofTexts = yield* surveyOf(demands.map(onlyCuts('string')), texts);
    return new ValueAsking(demands, ofNumbers, ofTexts);
  }

  private constructor(demands: readonly MixedDemand[], ofNumbers: Survey<number>, ofTexts: Survey<string>) {
    this.#demands = demands;
    this.#numbers = ofNumbers;
    this.#texts = ofTexts;
    this.reaches = this.#demands.map((demand, at) => this.#reachOf(demand, at));
  }

  *dimension(sets: RowSets, placeOf: Int32Array): Work<Dimension> {
    const meeting = (value: FieldValue): number[] =>
      this.#demands.flatMap(({ row, met }) => (met(value) ? [] : [placeOf[row] ?? 0]));
    return new ValueDimension(sets, {
      numbers: yield* Axis.making(this.#numbers, sets, placeOf),
      texts: yield* Axis.making(this.#texts, sets, placeOf),
      refusing: meeting,
    });
  }

  /** On the axis on which it has its cuts; without any it may still prefer yes to no. */
  #reachOf({ cuts, met }: MixedDemand, at: number): Reach {
    if (cuts.length === 0) {
      const yes = met(true);
      return { share: met(false) === yes ? 1 : 0.5, first: yes ? 1 : 0 };
    }
    return typeof cuts[0] === 'number' ? reachOf(this.#numbers, at) : reachOf(this.#texts, at);
  }
}

class ValueDimension implements Dimension {
  readonly meanSize: number;
  readonly #missing: number;
  readonly #list: number;
  readonly #no: number;
  readonly #yes: number;
  readonly #numbers: Axis<number>;
  readonly #texts: Axis<string>;

  constructor(
    sets: RowSets,
    asked: { numbers: Axis<number>; texts: Axis<string>; refusing: (value: FieldValue) => readonly number[] },
  ) {
    const meeting = (value: FieldValue): [set: number, size: number] => {
      const bits = allOf(sets.rows);
      for (const place of asked.refusing(value)) exclude(bits, place);
      return [sets.keep(bits), sizeOf(bits)];
    };
    const [[no, sizeOfNo], [yes, sizeOfYes]] = [meeting(false), meeting(true)];
    [this.#missing] = meeting(null);
    [this.#list] = meeting([]);
    this.#no = no;
    this.#yes = yes;
    this.#numbers = asked.numbers;
    this.#texts = asked.texts;
    this.meanSize = Math.min((sizeOfNo + sizeOfYes) / 2, this.#numbers.meanSize, this.#texts.meanSize);
  }

  rowsAt(value: FieldValue): number {
    switch (typeof value) {
      case 'number':
        return Number.isNaN(value) ? this.#missing : this.#numbers.rowsAt(value);
      case 'string':
        return this.#texts.rowsAt(value);
      case 'boolean':
        return value ? this.#yes : this.#no;
      default:
        return isMissing(value) ? this.#missing : this.#list;
    }
  }
}

type MixedDemand = Demand<number | string>;

function onlyCuts<Kind extends 'number' | 'string'>(kind: Kind) {
  type Cut = Kind extends 'number' ? number : string;
  return (demand: MixedDemand): Demand<Cut> => ({
    ...demand,
    cuts: demand.cuts.filter((cut): cut is Cut & (number | string) => typeof cut === kind),
  });
}

function demandOf(row: number, literals: readonly Literal[], field: Field): MixedDemand {
  return {
    row,
    cuts: literals.flatMap(({ condition }) => cutsOf(condition, field)),
    ordered: literals.some(({ condition }) => ORDERS.has(condition.operator)),
    // No comparison of this aspect depends on the time.
    met: allHold(literals, field),
  };
}

function allHold(literals: readonly Literal[], field: Field): (value: FieldValue) => boolean {
  const tests = literals.map(({ condition, wanted }): Comparison => {
    const meets = plainComparisonOf(condition, field);
    return wanted ? meets : (value, at) => !meets(value, at);
  });
  return (value) => tests.every((test) => test(value, 0));
}

function cutsOf({ operator, value }: Condition, field: Field): (number | string)[] {
  if (operator === 'notNull') return [];
  if (operator === '=' && typeof value === 'boolean') return [];
  if (operator === 'in') return listOf(value).filter((item) => typeof item !== 'boolean');
  if (operator === 'between') return listOf(value).map((bound) => boundOf(bound, field));
  return [boundOf(value, field)];
}

/** How far from now, in milliseconds, either way. */
export class DistanceAsking implements Asking {
  readonly reaches: readonly Reach[];
  readonly #survey: Survey<number>;
  /** Rows that ask for some reach: what is not known is within none. */
  readonly #reaching: readonly number[];

  static *making(asked: readonly Asked[]): Work<DistanceAsking> {
    const demands = asked.map(({ row, literals }): Demand<number> => {
      const wanted = literals.map((literal) => ({
        reachMs: Number(literal.condition.value) * DAY_MS,
        within: literal.wanted,
      }));
      return {
        row,
        cuts: wanted.map(({ reachMs }) => reachMs),
        ordered: true,
        met: (distance) => wanted.every(({ reachMs, within }) => Number(distance) <= reachMs === within),
      };
    });
    const reaching = asked
      .filter(({ literals }) => literals.some(({ wanted }) => wanted))
      .map(({ row }) => row);
    return new DistanceAsking(yield* surveyOf(demands, numbers), reaching);
  }

  private constructor(survey: Survey<number>, reaching: readonly number[]) {
    this.#survey = survey;
    this.#reaching = reaching;
    this.reaches = survey.answers.map((_, at) => reachOf(survey, at));
  }

  *dimension(sets: RowSets, placeOf: Int32Array): Work<Dimension> {
    const timeless = allOf(sets.rows);
    for (const row of this.#reaching) exclude(timeless, placeOf[row] ?? 0);
    return new DistanceDimension(yield* Axis.making(this.#survey, sets, placeOf), sets.keep(timeless));
  }
}

class DistanceDimension implements Dimension {
  readonly meanSize: number;
  readonly #reaches: Axis<number>;
  readonly #timeless: number;

  constructor(reaches: Axis<number>, timeless: number) {
    this.#reaches = reaches;
    this.#timeless = timeless;
    this.meanSize = reaches.meanSize;
  }

  rowsAt(value: FieldValue, at: Instant): number {
    return typeof value === 'number' && !Number.isNaN(value)
      ? this.#reaches.rowsAt(Math.abs(value - at))
      : this.#timeless;
  }
}

/** Lists by their items and texts by their parts. Each row asks for one. */
export class ItemsAsking implements Asking {
  readonly reaches: readonly Reach[];
  readonly #rowsByItem = new Map<string, number[]>();

  constructor(asked: readonly { readonly row: number; readonly item: string }[]) {
    for (const { row, item } of asked) {
      const same = this.#rowsByItem.get(item);
      if (same === undefined) this.#rowsByItem.set(item, [row]);
      else same.push(row);
    }
    const numberOf = new Map([...this.#rowsByItem.keys()].map((item, number) => [item, number]));
    const share = 1 / Math.max(1, numberOf.size);
    this.reaches = asked.map(({ item }) => ({ share, first: numberOf.get(item) ?? 0 }));
  }

  *dimension(sets: RowSets, placeOf: Int32Array): Work<Dimension> {
    yield;
    return new ItemsDimension(
      sets,
      new Map([...this.#rowsByItem].map(([item, rows]) => [item, rows.map((row) => placeOf[row] ?? 0)])),
    );
  }
}

class ItemsDimension implements Dimension {
  readonly meanSize: number;
  readonly #sets: RowSets;
  /** Rows that ask for nothing here. */
  readonly #others: number;
  readonly #placesByItem: ReadonlyMap<string, readonly number[]>;
  readonly #parts: readonly { readonly part: string; readonly places: readonly number[] }[];
  readonly #scratch: number;

  constructor(sets: RowSets, placesByItem: ReadonlyMap<string, readonly number[]>) {
    this.#sets = sets;
    this.#placesByItem = placesByItem;
    this.#parts = [...placesByItem].map(([item, places]) => ({ part: item.toLowerCase(), places }));
    const others = allOf(sets.rows);
    const asking = [...placesByItem.values()].flat();
    for (const place of asking) exclude(others, place);
    this.#others = sets.keep(others);
    this.#scratch = sets.scratch();
    this.meanSize = sizeOf(others) + asking.length / Math.max(1, placesByItem.size);
  }

  rowsAt(value: FieldValue): number {
    if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') {
      return this.#others;
    }
    this.#sets.copy(this.#others, this.#scratch);
    if (typeof value === 'string') this.#includeParts(value.toLowerCase());
    else for (const item of value) if (typeof item === 'string') this.#include(this.#placesByItem.get(item));
    return this.#scratch;
  }

  #includeParts(text: string): void {
    for (const { part, places } of this.#parts) if (text.includes(part)) this.#include(places);
  }

  #include(places: readonly number[] = []): void {
    for (const place of places) this.#sets.include(this.#scratch, place);
  }
}
