import type { Condition } from '../grammar.js';

/** The numbers that meet a condition; both ends are included. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/** The condition as a span of numbers; undefined where it asks for anything else. */
export function spanOf({ operator, value }: Condition): Span | undefined {
  if (operator === 'between' && Array.isArray(value)) {
    const [low, high] = value as readonly unknown[];
    return typeof low === 'number' && typeof high === 'number' ? { low, high } : undefined;
  }
  if (typeof value !== 'number') return undefined;
  switch (operator) {
    case '=':
      return { low: value, high: value };
    case '<':
      return { low: -Infinity, high: nextTo(value, -1) };
    case '<=':
      return { low: -Infinity, high: value };
    case '>':
      return { low: nextTo(value, 1), high: Infinity };
    case '>=':
      return { low: value, high: Infinity };
    default:
      return undefined;
  }
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

/** The double right above or below a finite one: the bits of doubles of one sign are in the order of their size. */
function nextTo(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * Number.MIN_VALUE;
  double[0] = value;
  bits[0] = (bits[0] ?? 0n) + (value > 0 === direction > 0 ? 1n : -1n);
  return double[0];
}
