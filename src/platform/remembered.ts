import { SECOND_MS, type Instant } from '../shared/index.js';
import type { Clock } from './clock.js';
import { Gathering } from './gathering.js';
import type { Log } from './log.js';

/** How often what is remembered is looked through for what is getting old. */
const ROUND_MS = SECOND_MS;
/** What was asked for within this is in use: two missed adverts of a beacon that speaks each 3 s, and slack. */
const IN_USE_MS = 8 * SECOND_MS;
/** An answer is asked for again so long before it ends: a round, and a second for the question itself. */
const AHEAD_MS = ROUND_MS + SECOND_MS;
/** Few enough that reading the answer keeps nobody else waiting for long. */
const MOST_AT_ONCE = 500;

/** What is remembered, and where it comes from. */
interface Source<Key, Value> {
  /** Stands in the log. */
  name: string;
  /**
   * Answers for every key; `undefined` says that there is nothing, which is remembered too. `askedAt` is now: an answer is as
   * old as its question.
   */
  ask: (keys: readonly Key[], askedAt: Instant) => Promise<ReadonlyMap<Key, Value | undefined>>;
  /** No answer is given that is older. At least 3 s, or it cannot be renewed ahead of its end. */
  keptMs: number;
  /** The longest kept goes first when there are more. */
  most: number;
}

interface Kept<Value> {
  value: Value | undefined;
  askedAt: Instant;
  usedAt: Instant;
}

/**
 * Answers that a process may go on believing for a few seconds. Those in use are asked for again before they end, all
 * together once a second, so that nobody waits for them. A hint of a change drops them at once.
 *
 * That hints are heard here makes nothing live longer: whoever made the change may have been cut off from Redis, or
 * killed before it told of it, and the promise of the few seconds holds then too.
 */
export class Remembered<Key, Value> {
  readonly #kept = new Map<Key, Kept<Value>>();
  /** Questions under way: an answer is kept only if no change was heard of since it was asked. */
  readonly #asked = new Map<Key, object>();
  /** One question at a time for all who wait: when answers come slowly, more questions would only make them slower. */
  readonly #gathered: Gathering<Key, Value | undefined>;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

  constructor(
    private readonly source: Source<Key, Value>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#gathered = new Gathering(MOST_AT_ONCE, async (keys) => {
      const answers = await this.#ask([...new Set(keys)], this.clock.now());
      return keys.map((key) => answers.get(key));
    });
  }

  /**
   * The answer for each of `keys` that has one; one question for all that are not remembered, together with what others
   * asked for while the last question was under way.
   *
   * @throws what the source throws, when it had to be asked
   */
  async of(keys: Iterable<Key>): Promise<Map<Key, Value>> {
    const now = this.clock.now();
    const answers = new Map<Key, Value>();
    const open: Key[] = [];
    for (const key of keys) {
      const kept = this.#kept.get(key);
      if (kept !== undefined && now - kept.askedAt < this.source.keptMs) {
        kept.usedAt = now;
        if (kept.value !== undefined) answers.set(key, kept.value);
      } else open.push(key);
    }
    if (open.length === 0) return answers;
    const values = await Promise.all(open.map((key) => this.#gathered.add(key)));
    values.forEach((value, place) => {
      if (value !== undefined) answers.set(open[place] as Key, value);
    });
    return answers;
  }

  forget(keys: Iterable<Key>): void {
    for (const key of keys) {
      this.#kept.delete(key);
      this.#asked.delete(key);
    }
  }

  /**
   * Asks again for what is in use and ends soon, and lets go of what has ended. Runs by itself each second from the
   * first answer on; what could not be asked ends in its time.
   */
  renew(): Promise<void> {
    this.#round ??= this.#renewDue()
      .catch((error: unknown) =>
        this.log.debug({ event: 'remembered.not-renewed', name: this.source.name, error }),
      )
      .finally(() => (this.#round = undefined));
    return this.#round;
  }

  /** Asks no more by itself. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  async #renewDue(): Promise<void> {
    const due = this.#sweep(this.clock.now());
    for (let from = 0; from < due.length; from += MOST_AT_ONCE) {
      await this.#ask(due.slice(from, from + MOST_AT_ONCE), this.clock.now());
    }
  }

  #sweep(now: Instant): Key[] {
    const { keptMs } = this.source;
    const due: Key[] = [];
    for (const [key, { askedAt, usedAt }] of this.#kept) {
      const age = now - askedAt;
      if (age >= keptMs - AHEAD_MS && now - usedAt < IN_USE_MS) due.push(key);
      else if (age >= keptMs) this.#kept.delete(key);
    }
    return due;
  }

  async #ask(keys: readonly Key[], askedAt: Instant): Promise<ReadonlyMap<Key, Value | undefined>> {
    const question = {};
    for (const key of keys) this.#asked.set(key, question);
    try {
      const answers = await this.source.ask(keys, askedAt);
      for (const [key, value] of answers) {
        if (this.#asked.get(key) === question) this.#keep(key, value, askedAt);
      }
      return answers;
    } finally {
      for (const key of keys) if (this.#asked.get(key) === question) this.#asked.delete(key);
    }
  }

  #keep(key: Key, value: Value | undefined, askedAt: Instant): void {
    this.#timer ??= setInterval(() => void this.renew(), ROUND_MS).unref();
    const usedAt = this.#kept.get(key)?.usedAt ?? askedAt;
    this.#kept.delete(key);
    this.#kept.set(key, { value, askedAt, usedAt });
    if (this.#kept.size <= this.source.most) return;
    for (const longest of this.#kept.keys()) {
      this.#kept.delete(longest);
      return;
    }
  }
}
