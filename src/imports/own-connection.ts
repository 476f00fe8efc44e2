import { errorCode, type Database, type Queryable } from '../platform/index.js';

/** SQLSTATEs of a transaction that lost against another: a row that was made meanwhile, a deadlock, an order of events. */
const LOST: ReadonlySet<string | undefined> = new Set(['23505', '40P01', '40001']);
const TRIES = 5;

type Client = Awaited<ReturnType<Database['connection']>>;

/**
 * A connection that one file has for itself, without the time limits that the pool sets for requests which somebody
 * waits for. Its statements are not kept prepared: they name tables that live as long as one import.
 */
export class OwnConnection implements Queryable {
  private constructor(readonly client: Client) {}

  /**
   * Does `work` with a connection and closes it: that rolls back, ends a COPY that was cut short, drops what is
   * temporary, and lets go of what is locked.
   */
  static async within<T>(database: Database, work: (own: OwnConnection) => Promise<T>): Promise<T> {
    const client = await database.connection();
    // Without a listener, a connection that dies between two statements would take the process with it.
    client.on('error', () => undefined);
    try {
      await client.query('SET statement_timeout = 0');
      await client.query('SET idle_in_transaction_session_timeout = 0');
      return await work(new OwnConnection(client));
    } finally {
      client.release(true);
    }
  }

  async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(sql, [...values])).rows;
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.client.query(sql, [...values])).rowCount ?? 0;
  }

  /** One that lost against another transaction is done again from its start, at most so many times. */
  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(work);
      } catch (error) {
        if (attempt >= TRIES || !LOST.has(errorCode(error))) throw error;
      }
    }
  }

  async #once<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    await this.run('BEGIN');
    try {
      const result = await work(this);
      await this.run('COMMIT');
      return result;
    } catch (error) {
      await this.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}
