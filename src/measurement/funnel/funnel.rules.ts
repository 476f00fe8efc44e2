/** The steps of a visit, in their order. */
export const STEPS = ['visits', 'moment', 'offered', 'received', 'opened', 'bought'] as const;
export type Step = (typeof STEPS)[number];

/** Visits by how far they came; each number is one of visits that came through all steps before. */
export type VisitCounts = Record<Step | 'boughtUnopened', number>;

export interface StepFigures {
  step: Step;
  visits: number;
  /** Null where the first step has none. */
  ofFirst: number | null;
  /** Null at the first step, and where the one before has none. */
  ofPrevious: number | null;
}

/** Each step with what came this far, as shares of the first and of the one before. */
export function stepsOf(counts: VisitCounts): StepFigures[] {
  return STEPS.map((step, place) => {
    const previous = STEPS[place - 1];
    return {
      step,
      visits: counts[step],
      ofFirst: shareOf(counts[step], counts.visits),
      ofPrevious: previous === undefined ? null : shareOf(counts[step], counts[previous]),
    };
  });
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
