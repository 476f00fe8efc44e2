import { boundOf, isMissing, listOf, plainComparisonOf, textOf } from '../comparison.js';
import type { Condition } from '../grammar.js';
import { atomKey } from '../matching/reading.js';
import type { Literal } from '../matching/normal-form.js';
import type { Field, FieldValue } from '../registry.js';

/** No text that anybody asks for: it stands for all of those. */
const ANY_OTHER_TEXT = '\u{10FFFD}';

const CLOCKS = Array.from(
  { length: 24 * 60 },
  (_, minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`,
);
// 2000 was a leap year.
const DAYS = Array.from({ length: 366 }, (_, day) =>
  new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(5, 10),
);

/**
 * Whether some value of a subject meets all that is asked of it. The conditions part its values into finitely many
 * kinds, of which one each is tried. What depends on more than the value's place among those named (texts that contain
 * something, how far a moment is from now) is taken to be possible, so that no rule is accused wrongly.
 *
 * @param literals all about the same field of the same things
 */
export function isSatisfiable(literals: readonly Literal[], field: Field): boolean {
  if (saysYesAndNo(literals)) return false;
  // What is asked of items is judged item by item: different ones may meet different groups.
  if (field.type === 'items') return true;
  const tests = literals.map((literal) => testOf(literal, field));
  return kindsOf(literals, field).some((value) => tests.every((test) => test(value)));
}

function saysYesAndNo(literals: readonly Literal[]): boolean {
  const wanted = new Map<string, boolean>();
  return literals.some((literal) => {
    const key = atomKey(literal.condition);
    const before = wanted.get(key) ?? literal.wanted;
    wanted.set(key, literal.wanted);
    return before !== literal.wanted;
  });
}

function testOf({ condition, wanted }: Literal, field: Field): (value: FieldValue) => boolean {
  const meets = plainComparisonOf(condition, field);
  const isOpen = (value: FieldValue): boolean =>
    condition.operator === 'withinDays'
      ? !isMissing(value)
      : condition.operator === 'contains' && value === ANY_OTHER_TEXT;
  return (value) => isOpen(value) || meets(value, 0) === wanted;
}

function kindsOf(literals: readonly Literal[], field: Field): readonly FieldValue[] {
  switch (field.type) {
    case 'choice':
      return [null, ...(field.choices ?? [])];
    case 'boolean':
      return [null, true, false];
    case 'clock':
      return [null, ...CLOCKS];
    case 'monthDay':
      return [null, ...DAYS];
    case 'number':
    case 'instant':
      return [null, ...numbersAround(literals, field)];
    case 'text':
      return [null, ...textsAround(literals, field)];
    case 'list':
      return [null, ...listsAround(literals)];
    case 'items':
      return [];
    case 'any':
      return [
        ...[null, true, false],
        ...numbersAround(literals, field),
        ...textsAround(literals, field),
        ...listsAround(literals),
      ];
  }
}

function numbersAround(literals: readonly Literal[], field: Field): number[] {
  const [least, greatest] = field.range ?? [-Infinity, Infinity];
  const named = literals
    .flatMap(({ condition }) => operandsOf(condition, field))
    .filter((value) => typeof value === 'number' && value >= least && value <= greatest) as number[];
  const points = [...new Set([least, ...named, greatest])].sort((a, b) => a - b);
  return points.flatMap((point, at) => [point, point / 2 + (points[at + 1] ?? point) / 2]);
}

function textsAround(literals: readonly Literal[], field: Field): string[] {
  if (field.choices !== undefined) return [...field.choices];
  const named = literals.flatMap(({ condition }) => operandsOf(condition, field));
  return [ANY_OTHER_TEXT, ...named.filter((value) => typeof value === 'string')];
}

/** No list has more to offer than that of all that is wanted in it. */
function listsAround(literals: readonly Literal[]): (readonly string[])[] {
  const items = literals
    .filter(({ condition, wanted }) => condition.operator === 'contains' && wanted)
    .map(({ condition }) => textOf(condition.value));
  return [items];
}

function operandsOf({ operator, value }: Condition, field: Field): readonly (string | number | boolean)[] {
  if (operator === 'withinDays' || operator === 'notNull') return [];
  if (typeof value === 'boolean') return [];
  return operator === 'in' || operator === 'between'
    ? listOf(value).map((item) => (typeof item === 'boolean' ? item : boundOf(item, field)))
    : [boundOf(value, field)];
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
