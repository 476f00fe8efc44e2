export const IMPORT_STATES = ['receiving', 'staged', 'recording', 'done', 'failed'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** How far an import is. */
export interface Progress {
  state: ImportState;
  /** Undefined when the sender did not say. */
  totalBytes: number | undefined;
  receivedBytes: number;
  stagedRows: number;
  recordedRows: number;
}

/** Receiving is the first half, recording the second: they take about as long. */
const RECEIVING_SHARE = 50;
/** Until the end is committed it is not done. */
const ALMOST = 99;

/** Percent of an import that is done, 0-100; a failed one stays where it failed. */
export function percentOf(progress: Progress): number {
  if (progress.state === 'done') return 100;
  const received = share(progress.receivedBytes, progress.totalBytes ?? 0) * RECEIVING_SHARE;
  const isStaged = progress.state === 'staged' || progress.state === 'recording';
  if (!isStaged && progress.recordedRows === 0) return Math.floor(received);
  const recorded = share(progress.recordedRows, progress.stagedRows) * (ALMOST - RECEIVING_SHARE);
  return Math.floor(RECEIVING_SHARE + recorded);
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, part / whole);
}
