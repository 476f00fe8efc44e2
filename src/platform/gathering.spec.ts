import { Gathering } from './gathering.js';

describe('a gathering', () => {
  const doubling = (most: number) => {
    const batches: number[][] = [];
    const gathering = new Gathering<number, number>(most, async (items) => {
      batches.push([...items]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (items.includes(13)) throw new Error('thirteen');
      return items.map((item) => item * 2);
    });
    return { batches, gathering };
  };

  it('does together what comes together, and each gets its own', async () => {
    const { batches, gathering } = doubling(100);
    expect(await Promise.all([1, 2, 3].map((item) => gathering.add(item)))).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('does one batch at a time, and next what came in meanwhile, no more than may be', async () => {
    const { batches, gathering } = doubling(2);
    const first = gathering.add(1);
    await Promise.resolve();
    await Promise.resolve();
    const others = [2, 3, 4].map((item) => gathering.add(item));
    expect(await Promise.all([first, ...others])).toEqual([2, 4, 6, 8]);
    expect(batches).toEqual([[1], [2, 3], [4]]);
  });

  it('fails those of a batch that failed, and goes on', async () => {
    const { gathering } = doubling(2);
    const results = await Promise.allSettled([12, 13, 14].map((item) => gathering.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await gathering.add(15)).toBe(30);
  });
});
