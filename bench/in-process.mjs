// What benches that work within the program begin with: services of their own, the built program, a clientele.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const dist = path.resolve(import.meta.dirname, '../dist');
const SECRET = 'bench-secret-of-at-least-thirty-two-characters';

export const load = (file) => import(path.join(dist, file));

/**
 * Starts Postgres, Redis and the program in the role `api`, in which nothing is worked off but by the bench itself, and
 * stops all of it.
 *
 * @param work gets the Nest application, its database and the process of Postgres; its answer is the answer
 */
export async function inProcess(work) {
  const { startEmbedded } = await load('platform/embedded/index.js');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'aislecue-bench-'));
  const need = { postgres: true, redis: true };
  const services = await startEmbedded({ dataFolder: folder, need, log: () => {} });
  try {
    return await booted(services, work);
  } finally {
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function booted(services, work) {
  const { boot } = await load('boot.js');
  const { Database, Log, readSettings } = await load('platform/index.js');
  const env = { AISLECUE_SECRET: SECRET, DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl };
  const settings = { ...readSettings({ ...env, ROLE: 'api', LOG_LEVEL: 'error' }), port: 0 };
  const { app, stop } = await boot(settings, new Log('error'));
  try {
    return await work(app, app.get(Database), services.pids.postgres);
  } finally {
    await stop();
  }
}

/** Products of 40 categories, of each five: `p0` to `p199`, of seven brands of which one is the chain's own. */
export const PRODUCTS = `
  INSERT INTO products (product_id, name, brand, own_brand, category, equivalence_group)
  SELECT 'p' || n, 'Product ' || n, 'Brand ' || n % 7, n % 7 = 0, 'c' || n % 40, 'g' || n % 40
  FROM generate_series(0, 199) AS n`;

/** Consents of every shopper. */
export const consentsTo = (...purposes) => `
  INSERT INTO consents (shopper_id, purpose, granted, policy_version, source, at)
  SELECT shopper_id, purpose, true, '1', 'bench', now()
  FROM shoppers, unnest(ARRAY['${purposes.join("', '")}']) AS purpose`;

/** Runs the statements in one transaction, however long they take; `more` in the same, after them. */
export async function fill(database, statements, more = async () => {}) {
  await database.transaction(async (tx) => {
    await tx.run('SET LOCAL statement_timeout = 0');
    for (const statement of statements) await tx.run(statement);
    await more(tx);
    await tx.run('ANALYZE');
  });
}

export function machineOf() {
  const [cpu] = os.cpus();
  return { cpu: cpu?.model, cores: os.cpus().length, node: process.version, load: os.loadavg()[0] };
}
