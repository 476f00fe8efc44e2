import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));
const FILE_NAME = /^(\d{4})-([a-z0-9-]+)\.sql$/;
/** TypeORM orders migrations by 13 digits at the end of their names. */
const FIRST_STAMP = 1_700_000_000_000;
/** Any number does, so long as every process takes the same one. */
const LOCK = 7_243_001;

type MigrationClass = new () => MigrationInterface;

/** The reviewed SQL files of `migrations/`, in order, as TypeORM runs them. They are append-only. */
export async function migrations(): Promise<MigrationClass[]> {
  const files = (await readdir(FOLDER)).filter((file) => FILE_NAME.test(file)).sort();
  return Promise.all(files.map(migrationFrom));
}

async function migrationFrom(file: string): Promise<MigrationClass> {
  const [, number = '', title = ''] = FILE_NAME.exec(file) ?? [];
  const sql = await readFile(path.join(FOLDER, file), 'utf8');
  return class implements MigrationInterface {
    name = `${title}${FIRST_STAMP + Number(number)}`;

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(sql);
    }

    down(): Promise<void> {
      return Promise.reject(new Error(`${file}: migrations expand and contract, they do not go back`));
    }
  };
}

/** Brings the schema up to date. Processes that start together wait for one another (TypeORM takes no lock). */
export async function migrate(orm: DataSource): Promise<string[]> {
  const runner = orm.createQueryRunner();
  await runner.connect();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const applied = await orm.runMigrations({ transaction: 'each' });
    return applied.map(({ name }) => name);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    await runner.release();
  }
}
