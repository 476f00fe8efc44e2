import pg from 'pg';
import type { Instant } from '../shared/index.js';

/** A place to ask SQL: the pool, or a transaction under way. */
export interface Queryable {
  /** Rows as values: timestamptz as `Instant` (ms), int8 and numeric as number, date as text, jsonb parsed. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A statement without interesting rows; gives how many it touched. */
  run(sql: string, values?: readonly unknown[]): Promise<number>;
}

/**
 * A transaction under way. Statements run in the order in which they were asked for. One that is asked for before the
 * answers of those before it have come waits for no round trip: each of ours takes longer than most statements run.
 */
export interface Transaction extends Queryable {
  /** A statement of whose answer nothing is to be known. Where it fails, the transaction does. */
  send(sql: string, values?: readonly unknown[]): void;
}

const OID = { int8: 20, date: 1082, timestamptz: 1184, numeric: 1700 };
const readers = new Map<number, (text: string) => unknown>([
  [OID.int8, Number],
  [OID.numeric, Number],
  [OID.date, (text) => text],
  [OID.timestamptz, (text) => Date.parse(isoOf(text))],
]);

type Reader = (text: string) => unknown;
const usualReader = pg.types.getTypeParser as (oid: number, format: string) => Reader;

function readerOf(oid: number, format = 'text'): Reader {
  return readers.get(oid) ?? usualReader(oid, format);
}

/** Postgres for hot paths: hand-written SQL, transactions with retry. Ordinary entities go through TypeORM. */
export class Database implements Queryable {
  readonly #pool: pg.Pool;
  /** For COPY, which cannot be on its way together with other statements. */
  readonly #copying: pg.Pool;

  constructor(url: string, poolSize: number, onIdleError: (error: Error) => void = () => undefined) {
    const options = {
      connectionString: url,
      max: poolSize,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 15_000,
      idle_in_transaction_session_timeout: 15_000,
      // Many short statements: compiling one takes Postgres longer than running it.
      options: '-c jit=off',
      types: { getTypeParser: readerOf },
    };
    this.#pool = new pg.Pool({ ...options, pipeline: true });
    this.#copying = new pg.Pool(options);
    // A connection that dies while idle must not take the process with it: the pool makes a new one.
    for (const pool of [this.#pool, this.#copying]) pool.on('error', onIdleError);
  }

  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(prepared(sql, values))).rows;
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#pool.query(prepared(sql, values))).rowCount ?? 0;
  }

  /**
   * Runs `work` in one READ COMMITTED transaction. Deadlocks and serialisation failures (40P01, 40001) are
   * retried from the start, at most `tries` times: `work` must carry its ids in, so that a repeat is the same.
   *
   * @throws what a statement threw, also where `work` went on: then nothing is committed
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, tries = 5): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(work);
      } catch (error) {
        if (attempt >= tries || !isRetryable(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * (0.5 + Math.random())));
      }
    }
  }

  /** A connection of one's own, for COPY; give it back with `release`. */
  connection(): Promise<pg.PoolClient> {
    return this.#copying.connect();
  }

  /** Connections in use, and callers waiting for one. */
  load(): { inUse: number; waiting: number } {
    const pools = [this.#pool, this.#copying];
    return {
      inUse: sum(pools, ({ totalCount, idleCount }) => totalCount - idleCount),
      waiting: sum(pools, ({ waitingCount }) => waitingCount),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#copying.end()]);
  }

  async #once<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    // Without a listener, a connection that dies between two statements would take the process with it.
    const died = (error: Error): void => {
      broken = error;
    };
    client.on('error', died);
    let failure: unknown;
    const ask = <Row extends object>(query: string | pg.QueryConfig): Promise<pg.QueryResult<Row>> => {
      const answer = client.query<Row>(query);
      answer.catch((error: unknown) => (failure ??= error));
      return answer;
    };
    try {
      void ask('BEGIN');
      const result = await work({
        query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
          (await ask<Row>(prepared(sql, values))).rows,
        run: async (sql, values = []) => (await ask(prepared(sql, values))).rowCount ?? 0,
        send: (sql, values = []) => void ask(prepared(sql, values)),
      });
      // Where a statement failed, Postgres takes the commit for a rollback, and says no more than that.
      if ((await ask('COMMIT')).command === 'ROLLBACK') throw failure;
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: unknown) => {
        broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
      });
      // What was asked for behind a statement that failed is told only that the transaction is aborted.
      throw errorCode(error) === ABORTED ? failure : error;
    } finally {
      client.off('error', died);
      client.release(broken);
    }
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((all, item) => all + of(item), 0);
}

/** in_failed_sql_transaction */
const ABORTED = '25P02';

/** Names of the statements in use. Their texts are constants of the program, so there are only so many. */
const names = new Map<string, string>();

/** A statement that Postgres parses and plans once a connection: planning ours takes it longer than running them. */
function prepared(text: string, values: readonly unknown[]): pg.QueryConfig {
  let name = names.get(text);
  if (name === undefined) {
    name = `s${names.size}`;
    names.set(text, name);
  }
  return { name, text, values: [...values] };
}

/** The SQLSTATE of an error from Postgres, or the system's code (`ECONNREFUSED`); undefined for others. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** An instant as a parameter of type timestamptz. */
export function timestamp(instant: Instant): Date {
  return new Date(instant);
}

function isRetryable(error: unknown): boolean {
  const code = errorCode(error);
  return code === '40P01' || code === '40001';
}

/** `2026-11-22 10:00:00.123+00` -> `2026-11-22T10:00:00.123+00:00`, which every engine parses alike. */
function isoOf(text: string): string {
  const iso = text.replace(' ', 'T');
  return /[+-]\d\d$/.test(iso) ? `${iso}:00` : iso;
}
