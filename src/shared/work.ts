/** Long work in turns of some ten milliseconds, so that a process that does it still answers. */
export type Work<Result> = Generator<undefined, Result>;

/** All turns at once. */
export function finished<Result>(work: Work<Result>): Result {
  for (;;) {
    const turn = work.next();
    if (turn.done === true) return turn.value;
  }
}
