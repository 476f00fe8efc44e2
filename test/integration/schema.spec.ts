import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrate, migrations } from '../../src/platform/migrate.js';
import { startShop, type Shop } from '../support/shop.js';

const tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`;

describe('the schema', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api' });
  });
  afterAll(() => shop.stop());

  it('comes from the migrations alone, and each is run once', async () => {
    const files = readdirSync(new URL('../../migrations/', import.meta.url)).filter((file) =>
      file.endsWith('.sql'),
    );
    const run = await shop.database.query<{ name: string }>('SELECT name FROM migrations ORDER BY timestamp');
    expect(run).toHaveLength(files.length);
    expect(await migrate(shop.get(DataSource))).toEqual([]);
  });

  it('is what the entities say it is', async () => {
    const { upQueries } = await shop.get(DataSource).driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('is made once by processes that start together on an empty database', async () => {
    const name = `empty_${randomBytes(6).toString('hex')}`;
    const admin = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL });
    await admin.connect();
    const url = new URL(process.env.TEST_DATABASE_URL ?? '');
    url.pathname = `/${name}`;
    const processes = await Promise.all(
      [1, 2, 3].map(
        async () =>
          new DataSource({
            type: 'postgres',
            url: url.href,
            migrations: await migrations(),
            migrationsTableName: 'migrations',
          }),
      ),
    );
    try {
      await admin.query(`CREATE DATABASE ${name}`);
      await Promise.all(processes.map((each) => each.initialize()));
      const applied = await Promise.all(processes.map((each) => migrate(each)));
      expect(applied.flat()).toHaveLength((await migrations()).length);
      const made = await processes[0]!.query<{ table_name: string }[]>(tables);
      expect(made).toEqual(await shop.database.query(tables));
    } finally {
      await Promise.all(processes.filter((each) => each.isInitialized).map((each) => each.destroy()));
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
    }
  });
});

describe('a transaction', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await startShop({ ROLE: 'api' });
    await shop.database.run('CREATE TABLE tried (id integer PRIMARY KEY)');
  });
  afterAll(() => shop.stop());
  beforeEach(() => shop.database.run('DELETE FROM tried'));

  const INSERT = 'INSERT INTO tried VALUES ($1)';
  const kept = async (): Promise<number[]> =>
    (await shop.database.query<{ id: number }>('SELECT id FROM tried ORDER BY id')).map(({ id }) => id);

  it('runs statements in their order, whether or not their answers are waited for', async () => {
    const seen = await shop.database.transaction(async (tx) => {
      tx.send(INSERT, [1]);
      const [, rows] = await Promise.all([tx.run(INSERT, [2]), tx.query('SELECT id FROM tried ORDER BY id')]);
      tx.send(INSERT, [3]);
      return rows;
    });
    expect(seen).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await kept()).toEqual([1, 2, 3]);
  });

  it.each([
    ['the last one fails, whose answer nobody waits for', [1, 2, 2]],
    ['one before others fails', [1, 1, 2]],
  ])('keeps nothing and says why where %s', async (_, ids) => {
    const trying = shop.database.transaction((tx) => {
      for (const id of ids) tx.send(INSERT, [id]);
      return Promise.resolve();
    });
    await expect(trying).rejects.toMatchObject({ code: '23505' });
    expect(await kept()).toEqual([]);
  });

  it('says what failed first where the answer to a later statement is waited for', async () => {
    const trying = shop.database.transaction(async (tx) => {
      tx.send(INSERT, [1]);
      tx.send(INSERT, [1]);
      await tx.query('SELECT 1');
    });
    await expect(trying).rejects.toMatchObject({ code: '23505' });
  });

  it('is tried again where a deadlock hit a statement whose answer nobody waits for', async () => {
    let tries = 0;
    await shop.database.transaction(async (tx) => {
      tries += 1;
      if (tries === 1) tx.send(`DO $$ BEGIN RAISE EXCEPTION 'a deadlock' USING ERRCODE = '40P01'; END $$`);
      await tx.run(INSERT, [tries]);
    });
    expect(await kept()).toEqual([2]);
  });

  it('keeps nothing where its work goes on after a failure', async () => {
    const trying = shop.database.transaction(async (tx) => {
      await tx.run(INSERT, [1]);
      await tx.run(INSERT, [1]).catch(() => undefined);
    });
    await expect(trying).rejects.toMatchObject({ code: '23505' });
    expect(await kept()).toEqual([]);
  });

  it('leaves a connection behind that the next one can use', async () => {
    const each = Array.from({ length: 50 }, (_, turn) =>
      shop.database
        .transaction((tx) => {
          tx.send(INSERT, [turn]);
          tx.send(turn % 2 === 0 ? 'SELECT 1 / 0' : 'SELECT 1');
          return Promise.resolve();
        })
        .catch(() => undefined),
    );
    await Promise.all(each);
    expect(await kept()).toEqual(Array.from({ length: 25 }, (_, index) => 2 * index + 1));
  });

  it('that was ended from outside fails, and is not taken for committed', async () => {
    const trying = shop.database.transaction(async (tx) => {
      const [own] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      tx.send(INSERT, [1]);
      await shop.database.query('SELECT pg_terminate_backend($1)', [own?.pid]);
    });
    await expect(trying).rejects.toThrow();
    expect(await kept()).toEqual([]);
  });
});
