/** No row is longer, in characters; what is longer costs no memory and no other row. */
export const MAX_ROW_CHARACTERS = 1_048_576;

/** What is wrong with a row: `code` is stable, `detail` for people. */
export interface RowFault {
  code: string;
  detail: string;
}

/** A row of a file at the line it begins on, as it was written; or why that line is none. */
export type FileRow<T> = { line: number; text: string } & ({ value: T } | RowFault);

/** Makes rows of text that comes in pieces. */
export interface RowSplitter<T> {
  push(text: string): FileRow<T>[];
  /** The last row, where no line break ends it. */
  end(): FileRow<T>[];
}
