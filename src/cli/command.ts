/** What a command does with the words after its name. */
export interface Command {
  /** Shown by `--help`: one form a line. */
  usage: string;
  /** @returns what is printed on standard output as JSON */
  run(args: string[]): Promise<unknown>;
}

/** The command was not understood; nothing was done. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The value of an option that must be given. @throws UsageError without it */
export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw new UsageError(`${option} is required`);
  return value;
}

/** Tells the person at the terminal; standard output belongs to the result. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
