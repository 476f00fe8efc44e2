import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Transform, type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { INestApplicationContext } from '@nestjs/common';
import { LifetimeValues, Population } from '../../insights/index.js';
import { Database, Outbox, timestamp } from '../../platform/index.js';
import { PurchaseImport } from '../../shoppers/index.js';
import { note, required, UsageError, type Command } from '../command.js';
import { withinRooms } from '../within-rooms.js';

/** So many rejected rows are told one by one; the rest are counted. */
const TOLD = 20;
const LOOK_MS = 250;

export const importCommand: Command = {
  usage: `  import purchases FILE[.csv|.ndjson][.gz] [--shift-to-now]   so that the last purchase becomes yesterday
            columns: shopper_id, purchased_at, basket_id, product_id, category; and where known product_name,
            brand, quantity, unit_price (minor units) with currency, channel, store_id`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { 'shift-to-now': { type: 'boolean', default: false } },
    });
    const [type, file] = positionals;
    if (type !== 'purchases') throw new UsageError(`import: expected purchases\n\n${this.usage}`);
    const path = required(file, 'FILE');
    const format = formatOf(path);
    const size = (await stat(path)).size;
    return withinRooms(async (rooms) => {
      const imported = await importFile(rooms, { path, format, size, shiftToNow: values['shift-to-now'] });
      const waitedMs = await fold(rooms);
      note('Fitting what the whole clientele teaches …');
      const categories = await rooms.get(Population, { strict: false }).refit();
      const shoppersScored = await rooms.get(LifetimeValues, { strict: false }).refit(Date.now());
      return {
        ...imported,
        categoriesFitted: categories,
        shoppersScored,
        foldedAfterSeconds: Math.round(waitedMs / 100) / 10,
      };
    });
  },
};

interface ImportedFile {
  path: string;
  format: 'csv' | 'ndjson';
  size: number;
  shiftToNow: boolean;
}

async function importFile(rooms: INestApplicationContext, { path, format, size, shiftToNow }: ImportedFile) {
  let rejected = 0;
  let rows = 0;
  const beganAt = performance.now();
  const stream = opened(
    path,
    progressOf(size, () => rows),
  );
  const imported = await rooms.get(PurchaseImport, { strict: false }).run({
    stream,
    format,
    shiftToNow,
    now: Date.now(),
    onProgress: (progress) => (rows = progress.rows),
    onRejected: ({ line, code, detail }) => {
      rejected += 1;
      if (rejected <= TOLD) note(`line ${line}: ${code}: ${detail}`);
    },
  });
  if (rejected > TOLD) note(`… and ${rejected - TOLD} more rows were left out`);
  return { rows, ...imported, seconds: Math.round((performance.now() - beganAt) / 100) / 10 };
}

/** The file as plain text; `onBytes` learns how much of it was read. */
function opened(path: string, onBytes: (bytes: number) => void): Readable {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onBytes(bytes);
      done(undefined, chunk);
    },
  });
  // What goes wrong on the way ends the last stream with the error, and whoever reads that one hears of it.
  const heard = (): void => undefined;
  const file = createReadStream(path);
  return path.endsWith('.gz')
    ? pipeline(file, counted, createGunzip(), heard)
    : pipeline(file, counted, heard);
}

/** Tells each tenth of the file once. */
function progressOf(size: number, rows: () => number): (bytes: number) => void {
  let told = 0;
  return (bytes) => {
    const tenth = Math.floor((bytes / size) * 10);
    if (tenth <= told) return;
    told = tenth;
    note(`${tenth * 10} % read, ${rows().toLocaleString('en')} rows`);
  };
}

/** Works the habits of the shoppers out, together with whatever workers there are. @returns how long it took */
async function fold(rooms: INestApplicationContext): Promise<number> {
  const beganAt = performance.now();
  const database = rooms.get(Database, { strict: false });
  const until = timestamp(Date.now());
  const outbox = rooms.get(Outbox, { strict: false });
  outbox.start();
  for (;;) {
    const [left] = await database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM outbox
       WHERE event = 'purchase.recorded' AND poisoned_at IS NULL AND created_at <= $1`,
      [until],
    );
    if (left === undefined || left.count === 0) break;
    note(`${left.count.toLocaleString('en')} shoppers' habits to work out`);
    await pause(LOOK_MS);
  }
  await outbox.stop();
  return performance.now() - beganAt;
}

function formatOf(path: string): 'csv' | 'ndjson' {
  const plain = path.endsWith('.gz') ? path.slice(0, -'.gz'.length) : path;
  if (plain.endsWith('.csv')) return 'csv';
  if (plain.endsWith('.ndjson') || plain.endsWith('.jsonl')) return 'ndjson';
  throw new UsageError(`import: ${path} is neither .csv nor .ndjson, plain or .gz`);
}
