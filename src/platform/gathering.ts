interface Waiting<In, Out> {
  item: In;
  resolve: (out: Out) => void;
  reject: (error: unknown) => void;
}

/**
 * Does at once what came in while the last was being done: one round trip for many where there is much to do, and no
 * waiting where there is little. What is done at once fails at once.
 */
export class Gathering<In, Out> {
  #waiting: Waiting<In, Out>[] = [];
  #isWorking = false;

  /**
   * @param most so many at a time
   * @param work gives one result for each item, in their order
   */
  constructor(
    private readonly most: number,
    private readonly work: (items: readonly In[]) => Promise<readonly Out[]>,
  ) {}

  /** @returns what came of this item */
  add(item: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWorking) void this.#workOff();
    });
  }

  async #workOff(): Promise<void> {
    this.#isWorking = true;
    // What is added in the same turn goes along with the first.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.most);
      try {
        const results = await this.work(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, place) => resolve(results[place] as Out));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWorking = false;
  }
}
