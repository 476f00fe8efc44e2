import { pino, type Logger } from 'pino';

type Entry = { event: string } & Record<string, unknown>;

/** Events, not prose: `{event: 'offer.withheld', decisionId, why}`. Ids yes, identities and secrets never. */
export class Log {
  readonly #pino: Logger;

  constructor(level: string, destination?: { write(line: string): void }) {
    const options = {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
      redact: [
        '*.authorization',
        '*.token',
        '*.password',
        '*.secret',
        '*.pushToken',
        '*.couponCode',
        '*.key',
      ],
    };
    this.#pino = destination === undefined ? pino(options) : pino(options, destination);
  }

  debug(entry: Entry): void {
    this.#pino.debug(entry);
  }

  info(entry: Entry): void {
    this.#pino.info(entry);
  }

  warn(entry: Entry): void {
    this.#pino.warn(entry);
  }

  error(entry: Entry): void {
    this.#pino.error(entry);
  }
}
