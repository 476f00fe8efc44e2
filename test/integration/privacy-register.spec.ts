import { register } from '../../src/privacy/register/index.js';
import { plant, type Planted } from '../support/planted.js';
import { startShop, type Shop } from '../support/shop.js';

const ADA = 'ada-canary';
const columns = `SELECT table_name, column_name FROM information_schema.columns
  WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`;

let shop: Shop;

beforeAll(async () => {
  shop = await startShop({ ROLE: 'api' });
});
afterAll(() => shop.stop());

describe('the register of personal data', () => {
  it('has every column of every table, and no other', async () => {
    const rows = await shop.database.query<{ table_name: string; column_name: string }>(columns);
    const there = rows.map(({ table_name: table, column_name: column }) => `${table}.${column}`);
    const registered = Object.entries(register).flatMap(([table, entry]) =>
      Object.keys(entry.columns).map((column) => `${table}.${column}`),
    );
    const missing = there.filter((name) => !registered.includes(name));
    const gone = registered.filter((name) => !there.includes(name));
    if (missing.length + gone.length > 0) throw new Error(howTo(missing, gone));
  });

  it('says of all that is personal in rows of a person what becomes of it', () => {
    for (const [table, entry] of Object.entries(register)) {
      const isPersonal = Object.values(entry.columns).some(({ personal, withheld }) => personal && !withheld);
      if (isPersonal && (entry.rows === undefined || entry.fate === undefined)) {
        throw new Error(`src/privacy/register: ${table} has personal columns, but no \`rows\` and \`fate\``);
      }
      if (entry.fate?.is === 'anonymised' && 'shopper_id' in entry.columns) {
        expect([table, Object.keys(entry.fate.set)]).toEqual([table, expect.arrayContaining(['shopper_id'])]);
      }
    }
  });
});

describe('the export of a shopper', () => {
  let planted: Planted[];

  beforeAll(async () => {
    const databaseUrl = new URL(process.env['TEST_DATABASE_URL'] ?? '');
    const [name] = await shop.database.query<{ db: string }>('SELECT current_database() AS db');
    databaseUrl.pathname = `/${name?.db}`;
    planted = await plant(databaseUrl.href, ADA);
  });

  it('holds what lies in every exported column', async () => {
    const { status, body } = await shop.call('GET', `/v1/shoppers/${ADA}/export`, { as: shop.serviceKey });
    expect(status).toBe(200);
    const held = body.held as Record<string, { items: Record<string, unknown>[] }>;
    const lacking = planted.filter(({ table, column, value }) => {
      const entry = register[table];
      const { personal = false, withheld } = entry?.columns[column] ?? {};
      if (!personal || withheld !== undefined || entry?.exported === false) return false;
      return !held[camel(table)]?.items.some((item) => isTold(item[camel(column)], value));
    });
    expect(planted.length).toBeGreaterThan(200);
    expect(lacking).toEqual([]);
  });

  it('holds nothing that is withheld, and says why', async () => {
    const { body } = await shop.call('GET', `/v1/shoppers/${ADA}/export`, { as: shop.serviceKey });
    const text = JSON.stringify(body.held);
    expect(text).not.toContain('canary-idempotency_keys-answer');
    expect(text).not.toContain(Buffer.from('canary-rotating_identities-sealed_key').toString('hex'));
    expect(body.notShown).toContainEqual({
      what: 'rotatingIdentities.sealedKey',
      because: expect.stringContaining('secret'),
    });
  });

  it('is the same for the shopper, and is on record', async () => {
    const token = await shop.shopperToken(ADA);
    const { status, body } = await shop.call('GET', '/v1/me/export', { as: token });
    expect(status).toBe(200);
    expect(body).toMatchObject({ shopperId: ADA, present: null });
    const noted = await shop.database.query(
      `SELECT FROM audit_log WHERE action = 'shopper.exported' AND subject = $1 AND actor = $1`,
      [`shopper:${ADA}`],
    );
    expect(noted).toHaveLength(1);
    expect((await shop.call('GET', '/v1/shoppers/nobody/export', { as: shop.serviceKey })).status).toBe(404);
    expect((await shop.call('GET', `/v1/shoppers/${ADA}/export`, { as: token })).status).toBe(403);
  });
});

function isTold(told: unknown, value: unknown): boolean {
  if (value instanceof Date) return typeof told === 'string' && Date.parse(told) === value.getTime();
  if (typeof value === 'object') return JSON.stringify(told) === JSON.stringify(value);
  if (typeof told === 'object' && typeof value === 'string') return JSON.stringify(told) === value;
  return told === value;
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What whoever added a table has to do, in words. */
function howTo(missing: readonly string[], gone: readonly string[]): string {
  const lines = missing.map((name) => {
    const [table = '', column = ''] = name.split('.');
    const isNew = register[table] === undefined;
    return isNew
      ? `  ${name}: no table \`${table}\` in src/privacy/register. Add it to people.ts or visits.ts (rows of shoppers: ` +
          "`purpose`, `rows` = SQL with $1 = text[] of their ids, `fate: ERASED` or `{is: 'anonymised', set}`), " +
          `to house.ts (shoppers are named in passing) or to shop.ts (\`ofNobody\`), with \`${column}: personal('what for')\`, ` +
          "`withheld('what for', 'why it is not exported')` or `neutral('what for')`"
      : `  ${name}: add \`${column}: personal('what for')\`, \`withheld('what for', 'why not exported')\` or ` +
          `\`neutral('what for')\` to \`${table}\` in src/privacy/register; if it holds free text or an id of a ` +
          'shopper in a table with `fate` anonymised, say in `set` what takes its place';
  });
  const stale = gone.map(
    (name) => `  ${name}: there is no such column any more: take it out of src/privacy/register`,
  );
  return ['The register of personal data and the schema differ:', ...lines, ...stale].join('\n');
}
