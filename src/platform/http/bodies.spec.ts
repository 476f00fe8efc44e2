import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { BODY_LIMIT_BYTES, readableType, unpacked } from './bodies.js';

const text = Buffer.from('[{"type":"Gateway"}]');

/** Check 18 of docs/security.md. */
describe('unpacked', () => {
  it.each([
    ['none', undefined, text],
    ['identity', 'identity', text],
    ['gzip', 'gzip', gzipSync(text)],
    ['gzip in capitals', ' GZIP ', gzipSync(text)],
    ['deflate', 'deflate', deflateSync(text)],
    ['deflate without its wrapper', 'deflate', deflateRawSync(text)],
  ])('%s', async (_, encoding, body) => {
    expect(await unpacked(body, encoding)).toEqual(text);
  });

  it.each(['br', 'zstd', 'gzip, gzip', 'aes128gcm'])('%s is refused', async (encoding) => {
    await expect(unpacked(text, encoding)).rejects.toMatchObject({
      status: 415,
      code: 'unsupported-encoding',
    });
  });

  it.each([
    ['cut short', 'gzip', gzipSync(text).subarray(0, 20)],
    ['no gzip', 'gzip', text],
    ['no deflate', 'deflate', Buffer.alloc(9, 0xff)],
    ['nothing', 'gzip', Buffer.alloc(0)],
  ])('what is %s is malformed', async (_, encoding, body) => {
    await expect(unpacked(body, encoding)).rejects.toMatchObject({ status: 400, code: 'malformed-encoding' });
  });

  it('takes a mebibyte and not a byte more', async () => {
    const full = Buffer.alloc(BODY_LIMIT_BYTES, 32);
    expect(await unpacked(gzipSync(full), 'gzip')).toHaveLength(BODY_LIMIT_BYTES);
    const more = gzipSync(Buffer.concat([full, full.subarray(0, 1)]));
    await expect(unpacked(more, 'gzip')).rejects.toMatchObject({ status: 413, code: 'too-large' });
  });

  it('gives a bomb up before it has grown', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1_048_576));
    expect(bomb.length).toBeLessThan(BODY_LIMIT_BYTES);
    await expect(unpacked(bomb, 'gzip')).rejects.toMatchObject({ status: 413 });
  });
});

describe('readableType', () => {
  it.each([
    [undefined, undefined],
    ['application/json', 'application/json'],
    ['text/plain; charset=latin1', 'text/plain; charset=latin1'],
    ['json', 'application/octet-stream'],
    ['', 'application/octet-stream'],
    ['application/', 'application/octet-stream'],
  ])('%s is read as %s', (given, read) => {
    expect(readableType(given)).toBe(read);
  });
});
