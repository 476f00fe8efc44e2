import pg from 'pg';
import { freshDatabase, runCli, settingsOn, startProgram } from '../support/program.js';
import { until } from '../support/until.js';

/** Three lines a purchase, in an order that is not that of the purchases' ids. */
function purchases(count: number): string {
  const rows = ['shopper_id,purchased_at,basket_id,product_id,category'];
  for (let line = 0; line < 3; line += 1) {
    for (let n = 0; n < count; n += 1) rows.push(`s${n % 40},2026-05-01,b${n},p${(n + line) % 9},drinks`);
  }
  return rows.join('\n');
}

it('an import that was acknowledged is recorded to its end, once, though the program is killed in the middle', async () => {
  const database = await freshDatabase();
  const env = settingsOn(database.url);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const first = await startProgram(env);
    const { key } = (await runCli(['keys', 'create', '--kind', 'service', '--label', 'test'], env)) as {
      key: string;
    };
    const sent = await first.call('POST', '/v1/imports?type=purchases', {
      as: key,
      headers: { 'content-type': 'text/csv' },
      body: purchases(30_000),
    });
    expect(sent.status).toBe(202);
    const path = `/v1/imports/${sent.body.importId}`;
    const recorded = (accepted: number): Promise<number> =>
      until(
        async () => {
          const { rows } = await client.query<{ recorded_rows: string }>('SELECT recorded_rows FROM imports');
          return Number(rows[0]?.recorded_rows);
        },
        (rows) => rows >= accepted,
        60_000,
      );
    const before = await recorded(1);
    await first.end('SIGKILL');
    expect(before).toBeLessThan(90_000);

    const second = await startProgram(env);
    const done = await until(
      async () => (await second.call('GET', path, { as: key })).body as Record<string, unknown>,
      ({ state }) => state === 'done',
      60_000,
    );
    expect(done).toMatchObject({ percent: 100, rows: 90_000, accepted: 90_000, rejected: { count: 0 } });
    const { rows } = await client.query(
      'SELECT count(*)::int AS lines, count(DISTINCT purchase_id)::int AS purchases FROM purchase_lines',
    );
    expect(rows).toEqual([{ lines: 90_000, purchases: 30_000 }]);
    await second.end();
  } finally {
    await client.end();
    await database.drop();
  }
}, 240_000);
