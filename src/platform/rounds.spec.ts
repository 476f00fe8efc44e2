import { setTimeout as pause } from 'node:timers/promises';
import { Rounds } from './rounds.js';

/** Work that ends when it is told to. */
class Work {
  begun = 0;
  readonly errors: unknown[] = [];
  #end: (error?: Error) => void = () => undefined;

  readonly rounds = new Rounds(
    1,
    () =>
      new Promise((resolve, reject) => {
        this.begun += 1;
        this.#end = (error) => (error === undefined ? resolve() : reject(error));
      }),
    (error) => this.errors.push(error),
  );

  end(error?: Error): void {
    this.#end(error);
  }

  /** Waits until so many runs have begun. */
  async untilBegun(count: number): Promise<void> {
    for (let tries = 0; this.begun < count && tries < 1_000; tries += 1) await pause(2);
    expect(this.begun).toBe(count);
  }
}

describe('rounds', () => {
  it('begin again after each run, also after one that failed', async () => {
    const work = new Work();
    work.rounds.start();
    await work.untilBegun(1);
    work.end(new Error('once'));
    await work.untilBegun(2);
    expect(work.errors).toEqual([new Error('once')]);
    work.end();
    await work.rounds.stop();
  });

  it('never run twice at once', async () => {
    const work = new Work();
    const [one, other] = [work.rounds.now(), work.rounds.now()];
    expect(work.begun).toBe(1);
    work.end();
    await Promise.all([one, other]);
    void work.rounds.now();
    expect(work.begun).toBe(2);
    work.end();
  });

  it('stop once the run in hand has ended, and begin no other', async () => {
    const work = new Work();
    work.rounds.start();
    await work.untilBegun(1);
    const ended: string[] = [];
    const stopping = work.rounds.stop().then(() => ended.push('stopped'));
    expect(work.rounds.isStopped).toBe(true);
    await pause(5);
    expect(ended).toEqual([]);
    work.end();
    await stopping;
    await pause(10);
    expect(work.begun).toBe(1);
  });
});
