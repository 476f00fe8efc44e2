/**
 * Work that a process does again and again behind its requests, never two runs at once. A run that fails is reported and
 * does not end the rounds.
 */
export class Rounds {
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;
  #stopped = false;

  /** @param everyMs from the end of one run to the beginning of the next */
  constructor(
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** True from `stop` on: long work looks at it to end early. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** The first run begins after the pause. */
  start(): void {
    this.#stopped = false;
    this.#later();
  }

  /** Runs once, or waits for the run under way; never rejects. */
  now(): Promise<void> {
    this.#underWay ??= this.work()
      .catch(this.failed)
      .finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  /** No further run begins by itself; resolves when the one in hand has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.now().then(() => this.#later()), this.everyMs);
  }
}
