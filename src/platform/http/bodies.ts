import { inflate, inflateRaw, gunzip, type ZlibOptions } from 'node:zlib';
import { promisify } from 'node:util';
import { errorCode } from '../database.js';
import { badRequest, Problem, tooLarge } from './problem.js';

/** Of a body as it comes, and of what it holds when it is unpacked. */
export const BODY_LIMIT_BYTES = 1_048_576;

type Unpack = (packed: Buffer, options: ZlibOptions) => Promise<Buffer>;

const gunzipped: Unpack = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
const inflated: Unpack = promisify<Buffer, ZlibOptions, Buffer>(inflate);
const inflatedRaw: Unpack = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw);

/** RFC 1950: the low half of the first byte says the method, and 8 is the only one. Some send the bare stream of RFC 1951. */
const deflated: Unpack = (packed, options) =>
  ((packed[0] ?? 0) & 0x0f) === 8 ? inflated(packed, options) : inflatedRaw(packed, options);

const UNPACK: ReadonlyMap<string, Unpack> = new Map([
  ['gzip', gunzipped],
  ['x-gzip', gunzipped],
  ['deflate', deflated],
]);

/**
 * The bytes of a body, unpacked where `Content-Encoding` says that it is packed. What grows past the limit is given
 * up as soon as it does, whatever its size would have been.
 *
 * @throws Problem 415 `unsupported-encoding`, 400 `malformed-encoding` when it cannot be unpacked or ends too soon,
 *   413 `too-large` when it holds more than 1 MiB
 */
export async function unpacked(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  const name = (encoding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return body;
  const unpack = UNPACK.get(name);
  if (unpack === undefined) {
    throw new Problem(
      415,
      'unsupported-encoding',
      `Content-Encoding ${name.slice(0, 64)}: expected gzip, deflate or none.`,
    );
  }
  try {
    return await unpack(body, { maxOutputLength: BODY_LIMIT_BYTES });
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    const why = error instanceof Error ? error.message : 'not readable';
    throw badRequest('malformed-encoding', `body: cannot be unpacked as ${name}: ${why}`);
  }
}

const MEDIA_TYPE = /^\s*[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/;

/**
 * The content type as Fastify can read it. What is no media type (`json`, `text`) says nothing, so the body is bytes:
 * a gateway's payload is taken whatever its content type, and JSON routes refuse bytes.
 */
export function readableType(contentType: string | undefined): string | undefined {
  if (contentType === undefined || MEDIA_TYPE.test(contentType)) return contentType;
  return 'application/octet-stream';
}
