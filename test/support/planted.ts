import pg from 'pg';
import { register } from '../../src/privacy/register/index.js';

/** A value put into one column. */
export interface Planted {
  table: string;
  column: string;
  value: unknown;
}

interface Column {
  table_name: string;
  column_name: string;
  data_type: string;
  is_generated: boolean;
}

/** Ids by which rows of one table find those of another: the same in all of them. */
const LINKS = new Set(['beacon_id', 'name', 'purchase_id', 'code', 'alias']);
const DAY_MS = 86_400_000;

/**
 * Puts one row of the person into each table of the register, by SQL and past every check but those of the types: a
 * value of its own in each column, so that it is known again in whatever comes out.
 */
export async function plant(databaseUrl: string, shopperId: string): Promise<Planted[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // No triggers and no foreign keys: a table of tomorrow is planted as well as one of today.
    await client.query('SET session_replication_role = replica');
    const { rows: columns } = await client.query<Column>(COLUMNS);
    const { rows: checks } = await client.query<{ table: string; column: string; value: string }>(CHECKS);
    const allowed = new Map(checks.map(({ table, column, value }) => [`${table}.${column}`, value]));
    const planted: Planted[] = [];
    let seed = 0;
    for (const [table, { rows }] of Object.entries(register)) {
      if (rows === undefined) continue;
      const own = columns.filter(({ table_name, is_generated }) => table_name === table && !is_generated);
      const values = own.map((column) => {
        seed += 1;
        return (
          specialOf(column, shopperId) ??
          allowed.get(`${table}.${column.column_name}`) ??
          valueOf(column, seed)
        );
      });
      const names = own.map(({ column_name }) => column_name);
      await client.query(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, place) => `$${place + 1}`).join(', ')})`,
        values,
      );
      own.forEach(({ column_name }, place) => {
        planted.push({ table, column: column_name, value: values[place] });
      });
    }
    return planted;
  } finally {
    await client.end();
  }
}

const COLUMNS = `SELECT table_name, column_name, data_type, is_identity = 'YES' AS is_generated
  FROM information_schema.columns WHERE table_schema = 'public'`;

/** The first of the values that a check lets through: `purpose IN ('location', …)`. */
const CHECKS = `SELECT conrelid::regclass::text AS table, attname AS column,
    (regexp_match(pg_get_constraintdef(c.oid), '''([^'']+)'''))[1] AS value
  FROM pg_constraint AS c JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
  WHERE contype = 'c' AND cardinality(conkey) = 1 AND pg_get_constraintdef(c.oid) LIKE '%''%'`;

function specialOf({ table_name: table, column_name: column }: Column, shopperId: string): unknown {
  if (column === 'shopper_id') return shopperId;
  switch (`${table}.${column}`) {
    case 'idempotency_keys.principal':
    case 'audit_log.subject':
    case 'audit_log.actor':
    case 'revocations.principal':
      return `shopper:${shopperId}`;
    case 'outbox.payload':
      return JSON.stringify({ deep: { shopperId } });
    // Set aside: no worker takes it.
    case 'outbox.event':
      return 'planted';
    case 'import_rejections.row':
      return `${shopperId};Ada Canary;canary-import_rejections-row`;
    case 'webhook_deliveries.about':
      return uuidOf('visit_id');
    case 'delivery_events.rating':
      return 4;
    default:
      return undefined;
  }
}

function valueOf({ table_name: table, column_name: column, data_type: type }: Column, seed: number): unknown {
  switch (type) {
    case 'text':
      return LINKS.has(column) ? linkOf(column) : `canary-${table}-${column}`;
    case 'ARRAY':
      return [`canary-${table}-${column}`];
    case 'jsonb':
      return JSON.stringify({ planted: `canary-${table}-${column}` });
    case 'bytea':
      return Buffer.from(`canary-${table}-${column}`);
    case 'uuid':
      return uuidOf(column);
    case 'boolean':
      return true;
    case 'date':
      return new Date(Date.now() - seed * DAY_MS).toISOString().slice(0, 10);
    case 'timestamp with time zone':
      return new Date(Date.now() - seed * 1_000 - 60_000);
    case 'smallint':
      return seed % 16;
    default:
      return 1_000 + seed;
  }
}

/** `name` of a rotating identity is the beacon's. */
function linkOf(column: string): string {
  return column === 'name' ? 'canary-beacon_id' : `canary-${column}`;
}

/** The same for a column of whatever table. */
function uuidOf(column: string): string {
  const hex = Buffer.from(column.padEnd(12, '.')).toString('hex').slice(0, 24);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20).padEnd(12, '0')}`;
}
