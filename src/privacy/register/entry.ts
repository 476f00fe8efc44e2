/**
 * One column of the register: what it is for, whether it says anything of a person, and why a personal one is not in
 * the export, where it is not.
 */
export interface ColumnEntry {
  purpose: string;
  personal: boolean;
  /** Personal and not exported, because: */
  withheld?: string;
}

/** What becomes of the rows of a person who is erased. */
export type Fate =
  | { is: 'erased' }
  /** Kept without the person: SQL of what takes the place of each column that could lead back to them. */
  | { is: 'anonymised'; set: Readonly<Record<string, string>> };

export interface TableEntry {
  purpose: string;
  /** Which rows are of a person, as SQL: `$1` is all their ids (`text[]`), `$2` their tombstone. Absent: of nobody. */
  rows?: string;
  fate?: Fate;
  /** Where rows of others name the person: SQL that takes the name out; `$1` as in `rows`. */
  amongOthers?: string;
  /** In the export of the shopper; false where the rows say nothing that another table does not. */
  exported?: boolean;
  columns: Readonly<Record<string, ColumnEntry>>;
}

/** A person's, and told to them. */
export function personal(purpose: string): ColumnEntry {
  return { purpose, personal: true };
}

/** A person's, and not in the export. */
export function withheld(purpose: string, because: string): ColumnEntry {
  return { purpose, personal: true, withheld: because };
}

/** Says nothing of anybody. */
export function neutral(purpose: string): ColumnEntry {
  return { purpose, personal: false };
}

export const ERASED: Fate = { is: 'erased' };

/** Stands where an id stood; no id can look like it. */
export const NOBODY = "'~erased'";
export const NO_VISIT = "'00000000-0000-0000-0000-000000000000'::uuid";

/** Tables of which no row is of a shopper. */
export function ofNobody(purpose: string, columns: Readonly<Record<string, string>>): TableEntry {
  return {
    purpose,
    columns: Object.fromEntries(Object.entries(columns).map(([name, about]) => [name, neutral(about)])),
  };
}
