import type { Redis } from 'ioredis';
import type { Log } from './log.js';
import type { RedisConnections } from './redis.js';

/** One entry of a stream. */
export interface StreamEntry {
  stream: string;
  id: string;
  fields: ReadonlyMap<string, string>;
}

export interface StreamReaderOptions {
  streams: readonly string[];
  group: string;
  /** A name that no other reader of the group has at the same time. */
  consumer: string;
  redis: RedisConnections;
  /** Gets one batch at a time. If it throws, it gets the same entries again: it must bear repetition. */
  handle: (entries: StreamEntry[]) => Promise<void>;
  log: Log;
  /** At most so many entries of a stream a read, and in all a call of `handle`. */
  batchSize?: number;
  /** How long a read waits for entries, and thereby a stop for a read. */
  blockMs?: number;
  /** An entry that its reader has had for so long is another's to take. */
  idleMs?: number;
}

type RawEntry = [id: string, fields: string[] | null] | null;
type RawRead = [stream: string, entries: RawEntry[]][] | null;

/** An entry that comes alone is handled at once; one that comes right after another batch waits no longer than this. */
const REST_MS = 16;
const SILENCE_MS = 5_000;
const CLAIM_EVERY_MS = 5_000;
// While handling fails nobody takes over anything: it would only be counted as delivered once more.
const CLAIM_WHEN_FAILING_MS = 60_000;
const DELIVERIES = 8;
const PAUSES_MS = [50, 200, 500, 1_000, 2_000] as const;
/** After so many failures of a batch its entries are tried one by one. */
const TRIES_TOGETHER = 3;
/** So many that fail in a row, and none that does not: it is not the entries. */
const FAILURES_ALONE = 3;

/**
 * Reads streams for a consumer group, in batches of what has come in meanwhile. Every entry is handled at least once by
 * some reader of the group, and deleted then. Entries of a reader that died are taken over; an entry that nobody can
 * handle, or that kills its readers, is set aside after eight deliveries; groups that are gone are made again.
 */
export class StreamReader {
  readonly #options: Required<StreamReaderOptions>;
  readonly #request: Redis;
  #blocking: Redis | undefined;
  #running = false;
  #failing = false;
  #beganAt = -Infinity;
  #claimedAt = -Infinity;
  #loop: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(options: StreamReaderOptions) {
    this.#options = { batchSize: 200, blockMs: 1_000, idleMs: 10_000, ...options };
    this.#request = options.redis.request;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#blocking ??= this.#options.redis.connect('blocking');
    this.#loop = this.#run(this.#blocking);
  }

  /** Finishes what was read; what cannot be handled just now is left to others. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#wake?.();
    await this.#loop;
    await this.#leave();
  }

  async #run(blocking: Redis): Promise<void> {
    for (let faults = 0; this.#running;) {
      try {
        await this.#rest();
        await this.#work(await this.#read(blocking));
        await this.#work(await this.#claim());
        faults = 0;
      } catch (error) {
        await this.#recover(error, faults);
        faults += 1;
      }
    }
  }

  /** Lets entries gather while batches follow one another: a batch costs much the same, whatever is in it. */
  async #rest(): Promise<void> {
    const since = performance.now() - this.#beganAt;
    if (since < REST_MS) await new Promise((resolve) => setTimeout(resolve, REST_MS - since));
  }

  async #read(blocking: Redis): Promise<StreamEntry[]> {
    if (!this.#running) return [];
    const { group, consumer, batchSize, blockMs, streams } = this.#options;
    const newest = streams.map(() => '>');
    // A connection that died without a word would wait for ever; this one asks again on a new one.
    const watchdog = setInterval(() => {
      if (blocking.status === 'ready') blocking.disconnect(true);
    }, blockMs + SILENCE_MS);
    try {
      const answer = (await blocking.xreadgroup(
        'GROUP',
        group,
        consumer,
        'COUNT',
        batchSize,
        'BLOCK',
        blockMs,
        'STREAMS',
        ...streams,
        ...newest,
      )) as RawRead;
      return (answer ?? []).flatMap(([stream, entries]) => entriesOf(stream, entries));
    } finally {
      clearInterval(watchdog);
    }
  }

  /** Takes over what other readers, or this one before a lost answer, have had for too long. */
  async #claim(): Promise<StreamEntry[]> {
    if (!this.#running) return [];
    const every = this.#failing ? CLAIM_WHEN_FAILING_MS : CLAIM_EVERY_MS;
    if (performance.now() - this.#claimedAt < every) return [];
    this.#claimedAt = performance.now();
    const { group, consumer, idleMs, batchSize, streams } = this.#options;
    const pipeline = this.#request.pipeline();
    for (const stream of streams) {
      pipeline.xautoclaim(stream, group, consumer, idleMs, '0-0', 'COUNT', batchSize);
    }
    const answers = (await this.#all(pipeline)) as [string, RawEntry[]][];
    const claimed = streams.flatMap((stream, index) => entriesOf(stream, answers[index]?.[1] ?? []));
    return claimed.length === 0 ? [] : this.#setAside(claimed);
  }

  /** Gives up entries that were delivered too often, and gives the others. */
  async #setAside(claimed: readonly StreamEntry[]): Promise<StreamEntry[]> {
    const { group, consumer } = this.#options;
    const pipeline = this.#request.pipeline();
    for (const { stream, id } of claimed) pipeline.xpending(stream, group, id, id, 1, consumer);
    const answers = (await this.#all(pipeline)) as [
      id: string,
      consumer: string,
      idle: number,
      times: number,
    ][][];
    const tooOften = claimed.filter((_, index) => (answers[index]?.[0]?.[3] ?? 0) > DELIVERIES);
    for (const { stream, id, fields } of tooOften) {
      this.#options.log.error({ event: 'stream.set-aside', stream, id, fields: Object.fromEntries(fields) });
    }
    await this.#acknowledge(tooOften);
    return claimed.filter((entry) => !tooOften.includes(entry));
  }

  async #work(entries: readonly StreamEntry[]): Promise<void> {
    if (entries.length > 0) this.#beganAt = performance.now();
    const { batchSize } = this.#options;
    for (let from = 0; from < entries.length; from += batchSize) {
      await this.#workOff(entries.slice(from, from + batchSize));
    }
  }

  /** Handles a batch, however often it takes; entries that fail while others do not are left for a later claim. */
  async #workOff(entries: readonly StreamEntry[]): Promise<void> {
    for (let tries = 1; !(await this.#attempt(entries)); tries += 1) {
      if (!this.#running) return;
      if (tries >= TRIES_TOGETHER && (await this.#oneByOne(entries))) return;
      await this.#pause(tries);
    }
  }

  /** True when the batch needs no more tries: some went well, or it is a single entry, which must not hold up the rest. */
  async #oneByOne(entries: readonly StreamEntry[]): Promise<boolean> {
    if (entries.length === 1) return true;
    let well = 0;
    for (const [index, entry] of entries.entries()) {
      if (await this.#attempt([entry])) well += 1;
      else if (well === 0 && index + 1 >= FAILURES_ALONE) return false;
    }
    return well > 0;
  }

  async #attempt(entries: readonly StreamEntry[]): Promise<boolean> {
    try {
      await this.#options.handle([...entries]);
    } catch (error) {
      this.#failing = true;
      this.#options.log.warn({ event: 'stream.unhandled', entries: entries.length, error });
      return false;
    }
    this.#failing = false;
    await this.#acknowledge(entries);
    return true;
  }

  /** Done with for good. If Redis does not hear it, the entries come again. */
  async #acknowledge(entries: readonly StreamEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const idsOf = new Map<string, string[]>();
    for (const { stream, id } of entries) idsOf.set(stream, [...(idsOf.get(stream) ?? []), id]);
    const pipeline = this.#request.pipeline();
    for (const [stream, ids] of idsOf)
      pipeline.xack(stream, this.#options.group, ...ids).xdel(stream, ...ids);
    await pipeline.exec().catch((error: unknown) => {
      this.#options.log.debug({ event: 'stream.unacknowledged', error });
    });
  }

  /** Takes this reader's name off the groups, unless entries are still in its hands: with the name they would be lost. */
  async #leave(): Promise<void> {
    const { streams, group, consumer } = this.#options;
    try {
      const pipeline = this.#request.pipeline();
      for (const stream of streams) pipeline.xpending(stream, group, '-', '+', 1, consumer);
      const pending = (await this.#all(pipeline)) as unknown[][];
      const done = streams.filter((_, index) => pending[index]?.length === 0);
      const farewell = this.#request.pipeline();
      for (const stream of done) farewell.xgroup('DELCONSUMER', stream, group, consumer);
      await this.#all(farewell);
    } catch (error) {
      this.#options.log.debug({ event: 'stream.not-left', error });
    }
  }

  /** After a fault of Redis: makes the groups where they are gone, else waits for better times. */
  async #recover(error: unknown, faults: number): Promise<void> {
    if (isGroupGone(error)) {
      try {
        await this.#makeGroups();
        return;
      } catch (failure) {
        this.#options.log.debug({ event: 'stream.no-groups', error: failure });
      }
    } else if (faults === 0) this.#options.log.warn({ event: 'stream.unread', error });
    await this.#pause(faults + 1);
  }

  async #makeGroups(): Promise<void> {
    const { streams, group } = this.#options;
    await Promise.all(
      streams.map((stream) =>
        this.#request.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((error: unknown) => {
          // Another reader was quicker, or only some were gone.
          if (!String(error).includes('BUSYGROUP')) throw error;
        }),
      ),
    );
  }

  async #all(pipeline: ReturnType<Redis['pipeline']>): Promise<unknown[]> {
    return ((await pipeline.exec()) ?? []).map(([error, answer]) => {
      if (error !== null) throw error;
      return answer;
    });
  }

  async #pause(tries: number): Promise<void> {
    if (!this.#running) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSES_MS[Math.min(tries, PAUSES_MS.length) - 1]);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

/** Redis 6.2 gives claimed entries that were deleted as null, later ones leave them out. */
function entriesOf(stream: string, entries: readonly RawEntry[]): StreamEntry[] {
  return entries.flatMap((entry) => {
    const fields = entry?.[1];
    return entry == null || fields == null ? [] : [{ stream, id: entry[0], fields: pairs(fields) }];
  });
}

function pairs(flat: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (let index = 0; index + 1 < flat.length; index += 2)
    fields.set(flat[index] ?? '', flat[index + 1] ?? '');
  return fields;
}

/** After FLUSHALL, or on the first start; a read that waits meanwhile is told so with UNBLOCKED. */
function isGroupGone(error: unknown): boolean {
  return /NOGROUP|UNBLOCKED/.test(String(error));
}
