import { z } from 'zod';
import { badRequest, type Fault } from './problem.js';

/**
 * Checks a value at the door.
 *
 * @param where prefix of the paths named in the faults; empty for the body itself
 * @throws Problem 400 naming every place that is wrong; `unknown-field` where a field nobody knows was given
 */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where = '',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = faultsOf(result.error, value, where);
  const code = errors.find((fault) => fault.code === 'unknown-field')?.code ?? 'invalid-request';
  const first = errors[0];
  const detail =
    first === undefined
      ? 'The request is not valid.'
      : `${first.path === '' ? 'body' : first.path}: ${first.detail}`;
  throw badRequest(code, detail, errors);
}

/** What was taken and what was refused of a bulk write, by place. */
export interface Sorted<T> {
  good: { index: number; value: T }[];
  rejected: Rejection[];
}
export interface Rejection {
  index: number;
  code: string;
  detail: string;
}

export const BULK_MAX = 1_000;

/**
 * Checks the items of a bulk write one by one: good ones are kept, bad ones named.
 *
 * @throws Problem 400 when the body is no list, or has more than 1,000 items
 */
export function sortBulk<Schema extends z.ZodType>(schema: Schema, body: unknown): Sorted<z.output<Schema>> {
  if (!Array.isArray(body)) throw badRequest('invalid-request', 'body: expected a list of items');
  if (body.length > BULK_MAX) {
    throw badRequest('too-many-items', `body: ${body.length} items; at most ${BULK_MAX} are taken at once`);
  }
  const sorted: Sorted<z.output<Schema>> = { good: [], rejected: [] };
  body.forEach((item: unknown, index) => {
    const result = schema.safeParse(item);
    if (result.success) sorted.good.push({ index, value: result.data });
    else sorted.rejected.push({ index, ...firstFault(faultsOf(result.error, item, '')) });
  });
  return sorted;
}

function firstFault(faults: Fault[]): { code: string; detail: string } {
  const fault = faults.find((each) => each.code === 'unknown-field') ?? faults[0];
  if (fault === undefined) return { code: 'invalid', detail: 'not valid' };
  return { code: fault.code, detail: fault.path === '' ? fault.detail : `${fault.path}: ${fault.detail}` };
}

/** Zod's issues in the contract's words, each at its place (`zones[0].name`). */
export function faultsOf(error: z.ZodError, input: unknown, where: string): Fault[] {
  return error.issues.flatMap((issue) => {
    const path = pathOf(where, issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: pathOf(where, [...issue.path, key]),
        code: 'unknown-field',
        detail: 'no such field',
      }));
    }
    const meant = issue.code === 'invalid_union' ? branchOf(issue.errors) : undefined;
    if (meant !== undefined) return faultsOf(new z.ZodError(meant), valueAt(input, issue.path), path);
    return [{ path, code: codeOf(issue, input), detail: issue.message }];
  });
}

/** What one of several forms has against a value, where that alone is of the value's type. */
function branchOf(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const ofItsType = branches.filter((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code !== 'invalid_type'),
  );
  return ofItsType.length === 1 ? ofItsType[0] : undefined;
}

function codeOf(issue: z.core.$ZodIssue, input: unknown): string {
  const missing = valueAt(input, issue.path) === undefined;
  switch (issue.code) {
    case 'invalid_type':
      return missing ? 'required' : 'wrong-type';
    case 'invalid_value':
    case 'invalid_union':
      return missing ? 'required' : 'not-allowed';
    case 'too_big':
    case 'too_small':
      return 'out-of-range';
    case 'invalid_format':
      return 'invalid-format';
    case 'custom':
      return typeof issue.params?.['code'] === 'string' ? issue.params['code'] : 'invalid';
    default:
      return 'not-allowed';
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}

function pathOf(where: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, where);
}
