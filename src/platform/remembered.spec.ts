import { Clock } from './clock.js';
import { Log } from './log.js';
import { Remembered } from './remembered.js';

class SetClock extends Clock {
  at = 1_000_000;
  override now(): number {
    return this.at;
  }
}

/** A source whose answer is how often it was asked, and what it was asked. */
function remembered({ most = 100 } = {}) {
  const clock = new SetClock();
  const asked: string[][] = [];
  const state = { fails: false, gate: Promise.resolve() };
  const memory = new Remembered<string, number>(
    {
      name: 'test',
      ask: async (keys) => {
        asked.push([...keys]);
        const value = asked.length;
        await state.gate;
        if (state.fails) throw new Error('away');
        return new Map(keys.map((key) => [key, value]));
      },
      keptMs: 5_000,
      most,
    },
    clock,
    new Log('silent'),
  );
  const the = async (key: string): Promise<number | undefined> => (await memory.of([key])).get(key);
  return { memory, clock, asked, state, the };
}

describe('what a process remembers', () => {
  it('is asked for in one question, once', async () => {
    const { memory, asked } = remembered();
    expect(await memory.of(['a', 'b', 'a'])).toEqual(
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    );
    await memory.of(['a', 'c']);
    expect(asked).toEqual([['a', 'b'], ['c']]);
  });

  it('is asked for in one more question by all who come while one is under way', async () => {
    const { asked, state, the } = remembered();
    let open = (): void => undefined;
    state.gate = new Promise((resolve) => (open = resolve));
    const first = the('a');
    await Promise.resolve();
    const others = ['b', 'c', 'b'].map(the);
    await Promise.resolve();
    expect(asked).toEqual([['a']]);
    open();
    expect(await Promise.all([first, ...others])).toEqual([1, 2, 2, 2]);
    expect(asked).toEqual([['a'], ['b', 'c']]);
  });

  it('is never given when it is older than promised, whoever renews it', async () => {
    const { clock, state, memory, the } = remembered();
    await the('a');
    clock.at += 4_999;
    expect(await the('a')).toBe(1);
    state.fails = true;
    await memory.renew();
    clock.at += 1;
    await expect(the('a')).rejects.toThrow('away');
  });

  it('is renewed before it ends while it is in use, so that nobody waits', async () => {
    const { memory, clock, asked, the } = remembered();
    await the('a');
    for (let second = 1; second <= 20; second += 1) {
      clock.at += 1_000;
      await memory.renew();
      const before = asked.length;
      // What it gives is the newest answer, and it asked for none.
      expect(await the('a')).toBe(before);
      expect(asked.length).toBe(before);
    }
    expect(asked.length).toBeLessThanOrEqual(8);
  });

  it('is let go when nobody uses it any more', async () => {
    const { memory, clock, asked, the } = remembered();
    await the('a');
    for (let second = 1; second <= 60; second += 1) {
      clock.at += 1_000;
      await memory.renew();
    }
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('is dropped at a hint, and so is an answer that was asked for before the hint', async () => {
    const { memory, clock, asked, state, the } = remembered();
    await the('a');
    memory.forget(['a', 'never heard of']);
    expect(await the('a')).toBe(2);
    clock.at += 4_000;
    let open = (): void => undefined;
    state.gate = new Promise((resolve) => (open = resolve));
    const renewed = memory.renew();
    memory.forget(['a']);
    open();
    await renewed;
    expect(await the('a')).toBe(4);
    expect(asked.length).toBe(4);
  });

  it('is as old as its question, however long the answer took', async () => {
    const { clock, state, the } = remembered();
    let open = (): void => undefined;
    state.gate = new Promise((resolve) => (open = resolve));
    const slow = the('a');
    await Promise.resolve();
    clock.at += 5_000;
    open();
    await slow;
    expect(await the('a')).toBe(2);
  });

  it('is bounded: the longest kept goes first', async () => {
    const { asked, the } = remembered({ most: 2 });
    for (const key of ['a', 'b', 'c', 'b', 'c', 'a']) await the(key);
    expect(asked).toEqual([['a'], ['b'], ['c'], ['a']]);
  });

  it('is renewed by itself until it is stopped', async () => {
    const { memory, clock, asked, the } = remembered();
    const round = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_100));
    await the('a');
    clock.at += 4_000;
    await round();
    expect(asked.length).toBe(2);
    await memory.stop();
    clock.at += 4_000;
    await round();
    expect(asked.length).toBe(2);
  });
});
