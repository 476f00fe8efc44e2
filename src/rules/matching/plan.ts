import type { Work } from '../../shared/index.js';
import { textOf } from '../comparison.js';
import {
  DistanceAsking,
  ItemsAsking,
  ValueAsking,
  type Asked,
  type Asking,
  type Dimension,
} from './dimensions.js';
import type { Conjunction, Literal } from './normal-form.js';
import { placesOf } from './places.js';
import type { Reading } from './reading.js';
import { RowSets } from './row-sets.js';

/**
 * The least share of rows that must ask about a subject before all of them are narrowed down by it. What fewer ask is
 * read only where a row that is still in question asks it: a field of 300 categories costs as many reads as are needed.
 */
const LEAST_SHARE = 1 / 16;

export interface Narrowing {
  readonly subject: number;
  readonly dimension: Dimension;
}

export interface Plan {
  /** The most selective first. */
  readonly narrowings: readonly Narrowing[];
  readonly sets: RowSets;
  /** By row: where it lies in the sets. */
  readonly placeOf: Int32Array;
  /** The literals that the narrowings answer for. */
  readonly served: ReadonlySet<Literal>;
}

/** By what the rows, each one way to meet a rule, are narrowed down, and in which order they lie. */
export function* planOf(rows: readonly Conjunction[], reading: Reading): Work<Plan> {
  const questions = (yield* questionsOf(rows, reading)).filter(
    ({ asked }) => asked.length >= rows.length * LEAST_SHARE,
  );
  const askings: Asking[] = [];
  for (const question of questions) {
    askings.push(yield* askingOf(question, reading));
  }
  const placeOf = yield* placesOf(
    rows.length,
    questions.map(({ asked }, at) => ({
      rows: asked.map(({ row }) => row),
      reaches: askings[at]?.reaches ?? [],
    })),
  );
  const sets = new RowSets(rows.length);
  const narrowings: Narrowing[] = [];
  const served = new Set<Literal>();
  for (const [at, asking] of askings.entries()) {
    const { subject, asked } = questions[at] as Question;
    narrowings.push({ subject, dimension: yield* asking.dimension(sets, placeOf) });
    for (const { literals } of asked) for (const literal of literals) served.add(literal);
  }
  sets.trim();
  narrowings.sort((one, other) => one.dimension.meanSize - other.dimension.meanSize);
  return { narrowings, sets, placeOf, served };
}

/**
 * `value`: answered by the value's place among others. `distance`: by how far it is from now. `items`: by what it
 * contains.
 */
type Aspect = 'value' | 'distance' | 'items';

/** What all rows ask about one aspect of one subject. */
interface Question {
  readonly subject: number;
  readonly aspect: Aspect;
  /** Ascending by row, at most one for each. */
  readonly asked: (Asked & { readonly literals: Literal[] })[];
}

function* questionsOf(rows: readonly Conjunction[], reading: Reading): Work<readonly Question[]> {
  const questions = new Map<string, Question>();
  for (const [row, { literals }] of rows.entries()) {
    for (const literal of literals) {
      const aspect = aspectOf(literal);
      if (aspect === undefined) continue;
      const subject = reading.subjectOf(literal.condition);
      const key = `${aspect} ${subject}`;
      const question = questions.get(key) ?? { subject, aspect, asked: [] };
      questions.set(key, question);
      add(question, row, literal);
    }
    yield;
  }
  return [...questions.values()];
}

function add({ aspect, asked }: Question, row: number, literal: Literal): void {
  const last = asked.at(-1);
  if (last?.row !== row) asked.push({ row, literals: [literal] });
  // Of several items one narrows down enough: the others are asked of those who have it.
  else if (aspect !== 'items') last.literals.push(literal);
}

/** Nothing for what is asked row by row: that something is not contained rules out few, and items differ in many ways. */
function aspectOf({ condition: { operator }, wanted }: Literal): Aspect | undefined {
  if (operator === 'matchesAny') return undefined;
  if (operator === 'withinDays') return 'distance';
  if (operator !== 'contains') return 'value';
  return wanted ? 'items' : undefined;
}

function* askingOf({ aspect, subject, asked }: Question, reading: Reading): Work<Asking> {
  switch (aspect) {
    case 'value':
      return yield* ValueAsking.making(asked, reading.subject(subject).field);
    case 'distance':
      return yield* DistanceAsking.making(asked);
    case 'items':
      return new ItemsAsking(
        asked.flatMap(({ row, literals }) =>
          literals.map(({ condition }) => ({ row, item: textOf(condition.value) })),
        ),
      );
  }
}
