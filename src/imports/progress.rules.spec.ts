import fc from 'fast-check';
import { IMPORT_STATES, percentOf, type Progress } from './progress.rules.js';

const progress: Progress = {
  state: 'receiving',
  totalBytes: 1_000,
  receivedBytes: 0,
  stagedRows: 0,
  recordedRows: 0,
};

describe('the percent of an import', () => {
  it.each<[Partial<Progress>, number]>([
    [{}, 0],
    [{ receivedBytes: 500 }, 25],
    [{ receivedBytes: 500, totalBytes: undefined }, 0],
    [{ state: 'staged', receivedBytes: 1_000, stagedRows: 10 }, 50],
    [{ state: 'recording', receivedBytes: 1_000, stagedRows: 10, recordedRows: 5 }, 74],
    [{ state: 'recording', stagedRows: 10, recordedRows: 10 }, 99],
    [{ state: 'recording' }, 50],
    [{ state: 'done' }, 100],
    [{ state: 'failed', receivedBytes: 500 }, 25],
    [{ state: 'failed', stagedRows: 10, recordedRows: 5 }, 74],
  ])('of %j is %d', (change, percent) => {
    expect(percentOf({ ...progress, ...change })).toBe(percent);
  });

  it('is a whole number from 0 to 100, and 100 only when all is done', () => {
    fc.assert(
      fc.property(
        fc.record({
          state: fc.constantFrom(...IMPORT_STATES),
          totalBytes: fc.option(fc.nat(), { nil: undefined }),
          receivedBytes: fc.nat(),
          stagedRows: fc.nat(),
          recordedRows: fc.nat(),
        }),
        (each) => {
          const percent = percentOf(each);
          expect(Number.isInteger(percent) && percent >= 0).toBe(true);
          expect(percent === 100).toBe(each.state === 'done');
        },
      ),
    );
  });
});
