import { BatchSize } from './batch-size.js';

describe('the size of a batch', () => {
  it('halves down to one, and doubles up to the most', () => {
    const batch = new BatchSize(200);
    const sizes = Array.from({ length: 9 }, () => {
      batch.shrink();
      return batch.size;
    });
    expect(sizes).toEqual([100, 50, 25, 13, 7, 4, 2, 1, 1]);
    expect(batch.isOne).toBe(true);
    for (const size of [2, 4, 8]) {
      batch.grow();
      expect([batch.size, batch.isOne]).toEqual([size, false]);
    }
    for (let each = 0; each < 9; each += 1) batch.grow();
    expect(batch.size).toBe(200);
  });
});
