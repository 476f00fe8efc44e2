import { gunzipSync } from 'node:zlib';
import type { Shop } from './shop.js';

/**
 * Every row of every table as text, with its table before it; what is packed is unpacked, and bytes are also read as text.
 * Not of temporary tables, which an import under way makes and drops: they are of one connection, and in no dump.
 */
export async function dumpOfPostgres(shop: Shop): Promise<string> {
  const tables = await shop.database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname NOT LIKE 'pg_temp%' ORDER BY 1`,
  );
  const lines: string[] = [];
  for (const { name } of tables) {
    const rows = await shop.database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
    for (const { row } of rows) lines.push(`${name} ${row} ${bytesIn(row)}`);
  }
  return lines.join('\n');
}

/** Every value under the shop's own prefix in Redis, with its key before it. */
export async function dumpOfRedis(shop: Shop): Promise<string> {
  const { request: redis, prefix } = shop.redis;
  const lines: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `*${prefix}*`, 'COUNT', 1_000);
    cursor = next;
    for (const key of keys) lines.push(`${key} ${await valueOf(shop, key)}`);
  } while (cursor !== '0');
  return lines.join('\n');
}

async function valueOf(shop: Shop, key: string): Promise<string> {
  const redis = shop.redis.request;
  switch (await redis.type(key)) {
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return (await redis.lrangeBuffer(key, 0, -1)).map((item) => item.toString('latin1')).join(' ');
    case 'set':
      return (await redis.smembers(key)).join(' ');
    case 'zset':
      return (await redis.zrange(key, 0, -1)).join(' ');
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    case 'string':
      return (await redis.getBuffer(key))?.toString('latin1') ?? '';
    default:
      return '';
  }
}

function bytesIn(row: string): string {
  return (row.match(/\\x[0-9a-f]{2,}/g) ?? [])
    .map((hex) => Buffer.from(hex.slice(2), 'hex'))
    .map((bytes) =>
      (bytes.length > 2 && bytes.readUInt16BE(0) === 0x1f8b ? gunzipSync(bytes) : bytes).toString('latin1'),
    )
    .join(' ');
}
