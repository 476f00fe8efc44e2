export type FaultCode =
  | 'unknown-field'
  | 'unknown-rule-field'
  | 'unknown-operator'
  | 'operator-not-allowed'
  | 'wrong-type'
  | 'required'
  | 'too-deep'
  | 'too-many'
  | 'forbidden-key'
  | 'out-of-range';

/** What is wrong with a rule, and where: an item of a problem's `errors`. */
export interface Fault {
  readonly path: string;
  readonly code: FaultCode;
  readonly detail: string;
}

/** Enough to mend a rule by; a hostile body must not be answered by a longer one. */
const MAX_FAULTS = 50;

/** The faults found so far, in the order of the rule, up to a limit. */
export class Faults {
  readonly #found: Fault[] = [];

  get found(): readonly Fault[] {
    return this.#found;
  }

  add(path: string, code: FaultCode, detail: string): void {
    if (this.#found.length < MAX_FAULTS) this.#found.push({ path, code, detail });
  }
}

/** A text from outside as a fault may repeat it: short. */
export function excerpt(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 63)}…`;
}
