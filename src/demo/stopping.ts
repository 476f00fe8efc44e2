/** One Ctrl-C may come twice: from the terminal, and passed on by npm. */
const ECHO_MS = 1_000;

/** What must be ended, newest first, and the signals that ask for it. */
export class Stopping {
  readonly #steps: { name: string; end: () => Promise<void> | void }[] = [];
  #askedAt: number | undefined;
  #isBreakable = false;
  #finishing: Promise<void> | undefined;

  constructor(private readonly say: (line: string) => void) {
    process.on('SIGINT', () => this.#ask());
    process.on('SIGTERM', () => this.#ask());
  }

  get isAsked(): boolean {
    return this.#askedAt !== undefined;
  }

  /** Ends this before what was named earlier. */
  then(name: string, end: () => Promise<void> | void): void {
    this.#steps.unshift({ name, end });
  }

  /** Leaves the start where it is once somebody has asked to stop. @throws so that no further step is begun */
  check(): void {
    if (this.isAsked) throw new Error('asked to stop');
  }

  /** From here on a signal ends things at once; before, the step under way may be about to bring up what must end. */
  breakable(): void {
    this.check();
    this.#isBreakable = true;
  }

  /** Ends everything, whatever fails on the way, and with it the process. */
  finish(exitCode: number): Promise<void> {
    this.#finishing ??= this.#finish(exitCode);
    return this.#finishing;
  }

  async #finish(exitCode: number): Promise<void> {
    let failed = false;
    for (const { name, end } of this.#steps) {
      try {
        await end();
      } catch (error) {
        failed = true;
        process.stderr.write(`The ${name} did not stop cleanly: ${String(error)}\n`);
      }
    }
    process.exit(failed ? 1 : exitCode);
  }

  #ask(): void {
    const now = performance.now();
    if (this.#askedAt !== undefined) {
      if (now - this.#askedAt < ECHO_MS) return;
      this.say('Stopping at once; what is left running is taken over by the next start.');
      process.exit(1);
    }
    this.#askedAt = now;
    this.say('\nClosing the shop …');
    if (this.#isBreakable) void this.finish(0);
  }
}
