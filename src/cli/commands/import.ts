import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { IMPORT_TYPES, Imports, Recorder, type ImportTypeName } from '../../imports/index.js';
import { Refit } from '../../insights/index.js';
import { Database, Outbox, timestamp } from '../../platform/index.js';
import { note, required, UsageError, type Command } from '../command.js';
import { OPERATOR, withinRooms } from '../within-rooms.js';

/** So many rejected rows are told one by one; the rest are counted. */
const TOLD = 20;
const LOOK_MS = 250;

export const importCommand: Command = {
  usage: `  import ${IMPORT_TYPES.join('|')} FILE|- [--shift-to-now] [--rejected FILE]
            CSV or NDJSON, plain or gzip; columns and rules are in docs/imports.md; - reads standard input
            --shift-to-now   moves purchases in time, so that the last day becomes yesterday
            --rejected FILE  writes the rows that were left out, as CSV`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { 'shift-to-now': { type: 'boolean', default: false }, rejected: { type: 'string' } },
    });
    const type = IMPORT_TYPES.find((each) => each === positionals[0]);
    if (type === undefined) {
      throw new UsageError(`import: expected ${IMPORT_TYPES.join(', ')}\n\n${this.usage}`);
    }
    const path = required(positionals[1], 'FILE');
    const shiftsToNow = values['shift-to-now'];
    if (shiftsToNow && type !== 'purchases') throw new UsageError('--shift-to-now is for purchases');
    const totalBytes = path === '-' ? undefined : (await stat(path)).size;
    return withinRooms(async (rooms) => {
      const imported = await importFile(rooms, { type, path, totalBytes, shiftsToNow });
      if (values.rejected !== undefined) await writeRejected(rooms, imported.importId, values.rejected);
      return type === 'purchases' ? { ...imported, ...(await learn(rooms)) } : imported;
    });
  },
};

interface GivenFile {
  type: ImportTypeName;
  path: string;
  totalBytes: number | undefined;
  shiftsToNow: boolean;
}

/** @throws Error when nothing of the file could be imported */
async function importFile(
  rooms: INestApplicationContext,
  { type, path, totalBytes, shiftsToNow }: GivenFile,
) {
  const beganAt = performance.now();
  const imports = rooms.get(Imports, { strict: false });
  const source = path === '-' ? process.stdin : createReadStream(path);
  const { importId } = await imports.receive({
    type,
    source,
    format: undefined,
    totalBytes,
    shiftsToNow,
    actor: OPERATOR,
    receivedAt: Date.now(),
    onProgress: tellProgress(totalBytes),
  });
  await record(rooms, importId);
  const { state, rows, accepted, rejected, counts, ignoredColumns, reason } = await imports.shown(importId);
  for (const { line, code, detail } of rejected.items.slice(0, TOLD))
    note(`line ${line}: ${code}: ${detail}`);
  if (rejected.count > TOLD) note(`… and ${rejected.count - TOLD} more rows were left out`);
  if (state === 'failed') throw new Error(`${path}: ${reason?.code}: ${reason?.detail}`);
  const seconds = Math.round((performance.now() - beganAt) / 100) / 10;
  return { importId, rows, accepted, rejected: rejected.count, ...counts, ignoredColumns, seconds };
}

/** Tells how much of a file is read, where its size is known. */
function tellProgress(totalBytes: number | undefined): (progress: { rows: number; bytes: number }) => void {
  return ({ rows, bytes }) => {
    const share =
      totalBytes === undefined || totalBytes === 0
        ? ''
        : `${Math.floor((bytes / totalBytes) * 100)} % read, `;
    note(`${share}${rows.toLocaleString('en')} rows`);
  };
}

/** Records what was received, or waits for the worker that does. */
async function record(rooms: INestApplicationContext, importId: string): Promise<void> {
  const imports = rooms.get(Imports, { strict: false });
  const telling = setInterval(() => {
    void imports.shown(importId).then(({ percent }) => note(`${percent} % done`));
  }, 4 * LOOK_MS);
  try {
    while ((await rooms.get(Recorder, { strict: false }).record(importId)) === 'elsewhere')
      await pause(LOOK_MS);
  } finally {
    clearInterval(telling);
  }
}

async function writeRejected(rooms: INestApplicationContext, importId: string, path: string): Promise<void> {
  const text = rooms.get(Imports, { strict: false }).rejectionsText(importId, 'csv');
  await pipeline(Readable.from(text), createWriteStream(path));
}

/** Works the habits of the shoppers out, and what the whole clientele teaches. */
async function learn(rooms: INestApplicationContext): Promise<object> {
  const waitedMs = await fold(rooms);
  note('Fitting what the whole clientele teaches …');
  const refitted = await rooms.get(Refit, { strict: false }).run();
  return { ...refitted, foldedAfterSeconds: Math.round(waitedMs / 100) / 10 };
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
