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
