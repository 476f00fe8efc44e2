import { pipeline, Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { errorCode } from '../../platform/index.js';

/** Why a file as a whole cannot be imported. */
export class FileFault extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'FileFault';
  }
}

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZIP = Buffer.from('PK\u0003\u0004', 'latin1');
const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];
const SNIFFED_BYTES = 4;
/** A packed file may come packed once more, by whatever carries it. */
const MAX_PACKINGS = 2;

/**
 * The text of a file, plain or gzip as its own first bytes say, in pieces. Bytes that are no UTF-8 come as U+FFFD.
 *
 * @throws FileFault when it is empty, another kind of file, or breaks off
 */
export async function* plainText(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let { first, all } = await sniffed(source);
  for (let packings = 0; packings < MAX_PACKINGS && startsWith(first, GZIP); packings += 1) {
    ({ first, all } = await sniffed(unpacked(all)));
  }
  if (first.length === 0) throw new FileFault('empty-file', 'the file is empty');
  if (startsWith(first, ZIP)) {
    throw new FileFault(
      'wrong-format',
      'the file is a ZIP archive or an Excel workbook: expected CSV or NDJSON',
    );
  }
  if (UTF16_MARKS.some((mark) => startsWith(first, mark))) {
    throw new FileFault('wrong-encoding', 'the file is UTF-16: expected UTF-8');
  }
  const decoder = new StringDecoder('utf8');
  let skipped = startsWith(first, UTF8_MARK) ? UTF8_MARK.length : 0;
  for await (const chunk of all) {
    const text = decoder.write(skipped === 0 ? chunk : chunk.subarray(skipped));
    skipped = 0;
    if (text !== '') yield text;
  }
  const rest = decoder.end();
  if (rest !== '') yield rest;
}

/** The first bytes of a source, and all of it, those included. */
async function sniffed(
  source: AsyncIterable<Buffer>,
): Promise<{ first: Buffer; all: AsyncIterable<Buffer> }> {
  const chunks = source[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < SNIFFED_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    first = Buffer.concat([first, next.value]);
  }
  return { first, all: following(first, chunks) };
}

async function* following(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* unpacked(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // What goes wrong before it ends the last stream with the error, and whoever reads that one hears of it.
  const gunzip = pipeline(Readable.from(packed), createGunzip(), () => undefined);
  let bytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (!String(errorCode(error)).startsWith('Z_')) throw error;
    const why = errorCode(error) === 'Z_BUF_ERROR' ? 'it ends too soon' : (error as Error).message;
    throw new FileFault('malformed-encoding', `gzip: ${why}, behind ${bytes} unpacked bytes`);
  } finally {
    gunzip.destroy();
  }
}

function startsWith(bytes: Buffer, mark: Buffer): boolean {
  return bytes.subarray(0, mark.length).equals(mark);
}
