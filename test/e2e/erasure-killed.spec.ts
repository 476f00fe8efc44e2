import pg from 'pg';
import { freshDatabase, runCli, settingsOn, startProgram } from '../support/program.js';
import { until } from '../support/until.js';

it('an erasure that was accepted is carried out to its end, though the program is killed in the middle', async () => {
  const database = await freshDatabase();
  const env = settingsOn(database.url);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const first = await startProgram(env);
    const { key } = (await runCli(['keys', 'create', '--kind', 'service', '--label', 'test'], env)) as {
      key: string;
    };
    await first.call('PUT', '/v1/shoppers/ada', { as: key, body: { displayName: 'Ada Lovelace' } });
    const consent = { granted: true, policyVersion: '1', source: 'Ada herself' };
    await first.call('PUT', '/v1/shoppers/ada/consents/location', { as: key, body: consent });
    const asked = await first.call('DELETE', '/v1/shoppers/ada', { as: key });
    expect(asked.status).toBe(202);
    // The second pass is six seconds after the first: the program dies between them, or before.
    await first.end('SIGKILL');
    const { rows } = await client.query('SELECT finished_at FROM erasures');
    expect(rows).toEqual([{ finished_at: null }]);

    const second = await startProgram(env);
    const path = `/v1/erasures/${asked.body.erasureId as string}`;
    const done = await until(
      async () => (await second.call('GET', path, { as: key })).body as Record<string, unknown>,
      ({ state }) => state === 'done',
      60_000,
    );
    expect(Object.keys(done['erased'] as object)).toContain('consent_history');
    const { rows: left } = await client.query(
      `SELECT (SELECT count(*) FROM shoppers)::int AS shoppers,
              (SELECT count(*) FROM consent_history WHERE shopper_id = 'ada' OR source <> '')::int AS said,
              (SELECT count(*) FROM erasures WHERE person IS NOT NULL)::int AS known`,
    );
    expect(left).toEqual([{ shoppers: 0, said: 0, known: 0 }]);
    await second.end();
  } finally {
    await client.end();
    await database.drop();
  }
}, 240_000);
