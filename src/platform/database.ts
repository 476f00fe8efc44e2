import pg from 'pg';
import type { Instant } from '../shared/index.js';

/** A place to ask SQL: the pool, or a transaction under way. */
export interface Queryable {
  /** Rows as values: timestamptz as `Instant` (ms), int8 and numeric as number, date as text, jsonb parsed. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A statement without interesting rows; gives how many it touched. */
  run(sql: string, values?: readonly unknown[]): Promise<number>;
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

  constructor(url: string, poolSize: number, onIdleError: (error: Error) => void = () => undefined) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 15_000,
      idle_in_transaction_session_timeout: 15_000,
      // Many short statements: compiling one takes Postgres longer than running it.
      options: '-c jit=off',
      types: { getTypeParser: readerOf },
    });
    // A connection that dies while idle must not take the process with it: the pool makes a new one.
    this.#pool.on('error', onIdleError);
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
   */
  async transaction<T>(work: (tx: Queryable) => Promise<T>, tries = 5): Promise<T> {
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
    return this.#pool.connect();
  }

  /** Connections in use, and callers waiting for one. */
  load(): { inUse: number; waiting: number } {
    return { inUse: this.#pool.totalCount - this.#pool.idleCount, waiting: this.#pool.waitingCount };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #once<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    // Without a listener, a connection that dies between two statements would take the process with it.
    const died = (error: Error): void => {
      broken = error;
    };
    client.on('error', died);
    const tx: Queryable = {
      query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
        (await client.query<Row>(prepared(sql, values))).rows,
      run: async (sql, values = []) => (await client.query(prepared(sql, values))).rowCount ?? 0,
    };
    try {
      await client.query('BEGIN');
      const result = await work(tx);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: unknown) => {
        broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
      });
      throw error;
    } finally {
      client.off('error', died);
      client.release(broken);
    }
  }
}

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
