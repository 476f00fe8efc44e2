import { Injectable } from '@nestjs/common';
import { Database, Log, Rounds, type Queryable } from '../platform/index.js';
import type { ImportType, ImportTypeName, Recording, Step } from './import-type.js';
import { ImportsRepository, stagingTable, type ImportRow } from './imports.repository.js';
import { Rejections } from './rejections.repository.js';
import { OwnConnection } from './own-connection.js';

/** Any number does that nothing else in the database locks by. */
const LOCK_SPACE = 7_243_009;
const LOOK_MS = 1_000;
/** Nothing was heard of a file for so long: whoever received it is gone. */
const SILENT_SECONDS = 60;
const GIVE_UP_AFTER = 12;
const REJECTIONS_KEPT_DAYS = 30;
const IMPORTS_KEPT_DAYS = 365;

/** What became of a try to record an import. */
export type Recorded = 'done' | 'elsewhere' | 'stopped';

/**
 * Records what is staged, in committed steps. One worker records an import at a time, by a lock that lives as long as
 * its connection: when it is killed the next one takes over at once, behind the last step. Should the lock fail
 * (a connection cut without its process knowing), the position that each step compares still keeps it from being
 * done twice.
 */
@Injectable()
export class Recorder {
  readonly #types = new Map<ImportTypeName, ImportType>();
  readonly #rounds: Rounds;
  #isWorking = false;

  constructor(
    private readonly database: Database,
    private readonly repository: ImportsRepository,
    private readonly rejections: Rejections,
    private readonly log: Log,
  ) {
    this.#rounds = new Rounds(
      LOOK_MS,
      () => this.#round(),
      (error) => log.warn({ event: 'imports.unreachable', error }),
    );
  }

  /** A room provides how files of one kind of its data are imported. */
  provide(type: ImportType): void {
    this.#types.set(type.name, type);
  }

  /** @throws Error when no room has provided it: a fault in how the program is put together */
  type(name: ImportTypeName): ImportType {
    const type = this.#types.get(name);
    if (type === undefined) throw new Error(`no room imports ${name}`);
    return type;
  }

  start(): void {
    this.#isWorking = true;
    this.#rounds.start();
  }

  /** Looks at once, where this process works. */
  wake(): void {
    if (this.#isWorking) void this.#rounds.now();
  }

  /** Finishes the step in hand. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Records one import to its end, if nobody else does. @throws what kept a step from being done */
  async record(importId: string, isStopped: () => boolean = () => false): Promise<Recorded> {
    return OwnConnection.within(this.database, async (own) => {
      const [lock] = await own.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken',
        [LOCK_SPACE, importId],
      );
      if (!lock?.taken) return 'elsewhere';
      let row = await this.repository.find(importId);
      if (row === undefined || isOver(row)) return 'done';
      const type = this.type(row.type);
      const table = stagingTable(importId);
      await own.run(
        `CREATE INDEX IF NOT EXISTS by_order_${importId.replaceAll('-', '')} ON ${table} (${type.order})`,
      );
      await own.run(`ANALYZE ${table} (${type.order})`);
      for (;;) {
        if (isStopped()) return 'stopped';
        if ((await type.record(this.#recording(row, own))) === 'all') break;
        row = (await this.repository.find(importId)) ?? row;
      }
      await type.finish?.(this.#recording(row, own));
      await own.transaction(async (tx) => {
        await tx.run(`DROP TABLE ${table}`);
        await this.repository.done(tx, importId);
      });
      this.log.info({ event: 'import.done', importId, type: type.name, rows: row.rows });
      return 'done';
    });
  }

  /** Throws away what is kept for too long, and what imports that came to nothing have left. */
  async tidy(): Promise<void> {
    await this.rejections.forget(REJECTIONS_KEPT_DAYS);
    await this.repository.forget(IMPORTS_KEPT_DAYS);
    for (const table of await this.repository.orphans()) await this.repository.drop(table);
  }

  #recording(row: ImportRow, own: OwnConnection): Recording {
    const { import_id: importId, position } = row;
    const settle = async (tx: Queryable, step: Step): Promise<void> => {
      if (!(await this.repository.step(tx, importId, position, step))) {
        throw new Error(`import ${importId} is recorded elsewhere`);
      }
      await this.rejections.add(tx, importId, step.rejected);
    };
    return {
      importId,
      table: stagingTable(importId),
      position,
      receivedAt: row.started_at,
      shiftDays: row.shift_days,
      actor: row.actor,
      connection: own,
      erased: (tx, ids) => this.rejections.erased(tx, ids),
      transaction: (work) => own.transaction(work),
      settle,
    };
  }

  async #round(): Promise<void> {
    await this.repository.failSilent(SILENT_SECONDS);
    for (const importId of await this.repository.due()) {
      if (this.#rounds.isStopped) return;
      await this.record(importId, () => this.#rounds.isStopped).catch((error: unknown) =>
        this.#postpone(importId, error),
      );
    }
  }

  async #postpone(importId: string, error: unknown): Promise<void> {
    const attempts = await this.repository.postpone(importId);
    this.log.error({ event: 'import.step-failed', importId, attempts, error });
    if (attempts < GIVE_UP_AFTER) return;
    await this.repository.failed(importId, 'failed', 'it could not be recorded: see the log of the server');
  }
}

function isOver({ state }: ImportRow): boolean {
  return state === 'done' || state === 'failed';
}
