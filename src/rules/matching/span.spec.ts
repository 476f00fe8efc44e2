import fc from 'fast-check';
import { fields } from '../../../test/support/rules.js';
import { plainComparisonOf } from '../comparison.js';
import type { Condition } from '../grammar.js';
import { spanOf } from './span.js';

const field = fields.get('of.number');
const operand = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const asked = fc.oneof(
  fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>=' as const), operand),
  fc.tuple(
    fc.constant('between' as const),
    fc.tuple(operand, operand).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]),
  ),
) as fc.Arbitrary<[Condition['operator'], number | number[]]>;
const read = fc.oneof(operand, fc.constantFrom(NaN, Infinity, -Infinity, Number.MIN_VALUE, -0));

describe('spanOf', () => {
  it('holds exactly the numbers that meet the condition, also right beside its bounds', () => {
    fc.assert(
      fc.property(asked, read, ([operator, value], given) => {
        const condition = { field: field.field, operator, value };
        const span = spanOf(condition);
        expect(span).toBeDefined();
        for (const number of [given, ...[value].flat().flatMap(besides)]) {
          const within = span !== undefined && number >= span.low && number <= span.high;
          expect(within).toBe(plainComparisonOf(condition, field)(number, 0));
        }
      }),
    );
  });

  it('leaves texts, lists of values and presence to others', () => {
    for (const condition of [
      { field: 'f', operator: '=', value: 'a' },
      { field: 'f', operator: 'in', value: [1, 2] },
      { field: 'f', operator: 'between', value: ['08:00', '10:00'] },
      { field: 'f', operator: 'withinDays', value: 3 },
      { field: 'f', operator: 'notNull' },
    ] as const) {
      expect(spanOf(condition)).toBeUndefined();
    }
  });
});

/** The number itself and the doubles nearest to it that arithmetic reaches. */
function besides(value: number): number[] {
  const step = Math.abs(value) * Number.EPSILON || Number.MIN_VALUE;
  return [value, value + step, value - step];
}
