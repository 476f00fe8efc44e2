import type { Rejection, Sorted } from '../platform/index.js';

/**
 * Refuses what `fault` finds wrong with each item, and every item that names again what an earlier kept one
 * named: two truths in one batch are a mistake of the sender's, and one statement cannot write a row twice.
 *
 * @param keyOf what may come once in a batch
 * @returns the same batch with fewer good items; `rejected` by place
 */
export function screened<T>(
  batch: Sorted<T>,
  keyOf: (item: T) => string,
  fault: (item: T) => Omit<Rejection, 'index'> | undefined = () => undefined,
): Sorted<T> {
  const firstAt = new Map<string, number>();
  const good: Sorted<T>['good'] = [];
  const rejected = [...batch.rejected];
  for (const { index, value } of batch.good) {
    const key = keyOf(value);
    const first = firstAt.get(key);
    const refusal = fault(value) ?? (first === undefined ? undefined : duplicateOf(first));
    if (refusal === undefined) {
      firstAt.set(key, index);
      good.push({ index, value });
    } else {
      rejected.push({ index, ...refusal });
    }
  }
  return { good, rejected: rejected.sort((a, b) => a.index - b.index) };
}

function duplicateOf(first: number): Omit<Rejection, 'index'> {
  return { code: 'duplicate-in-batch', detail: `item ${first} of this batch already says it` };
}
