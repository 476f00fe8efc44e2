/** An expected result or an expected failure, returned rather than thrown; `why` is a stable kebab-case code. */
export type Outcome<T, Why extends string = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: Why; readonly detail: string };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail<Why extends string>(
  why: Why,
  detail: string,
): { readonly ok: false; readonly why: Why; readonly detail: string } {
  return { ok: false, why, detail };
}

/** The `default` of an exhaustive switch: compiles only while every case is handled. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
