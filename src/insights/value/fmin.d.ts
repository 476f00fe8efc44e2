/** fmin brings no types; these are of what is used. */
declare module 'fmin' {
  global {
    var fmin: {
      nelderMead(
        objective: (x: number[]) => number,
        start: number[],
        options: { maxIterations: number; minErrorDelta: number; nonZeroDelta: number; sigma: number },
      ): { x: number[]; fx: number };
    };
  }
}
