import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { readMessagePack } from './message-pack.rules.js';

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 2 ** 40, -(2 ** 40), 65_536, -70_000, -300),
    fc.integer(),
    // Written as a whole number, -0 loses its sign.
    fc.double({ noNaN: true }).map((number) => number + 0),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie('any'), { maxLength: 20 }),
    fc.dictionary(
      fc.string({ maxLength: 40 }).filter((key) => key !== '__proto__'),
      tie('any'),
      { maxKeys: 20 },
    ),
  ),
})).any;

describe('MessagePack', () => {
  it('is read as @msgpack/msgpack writes it', () => {
    fc.assert(
      fc.property(value, (written) => {
        expect(readMessagePack(Buffer.from(encode(written)))).toEqual({ ok: true, value: written });
      }),
    );
  });

  it.each([
    ['16-bit lengths', Array<number>(20).fill(1), 'dc0014'],
    ['32-bit lengths', Array<number>(3).fill(1), 'dd00000003'],
    ['a single-precision number', 0.5, 'ca3f000000'],
  ])('is read with %s', (_, expected, hex) => {
    const elements = Array.isArray(expected) ? '01'.repeat(expected.length) : '';
    expect(readMessagePack(Buffer.from(hex + elements, 'hex'))).toEqual({ ok: true, value: expected });
  });

  it('keeps a key named __proto__ an ordinary one', () => {
    const read = readMessagePack(Buffer.from('81a95f5f70726f746f5f5f81a1610100'.slice(0, -2), 'hex'));
    expect(read.ok && Object.keys(read.value as object)).toEqual(['__proto__']);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it.each([
    ['a length beyond the end', 'dd7fffffff'],
    ['bytes that are not there', 'c6ffffffff00'],
    ['nested lists without end', '91'.repeat(100_000)],
    ['lists that claim many elements', 'dc270f'.repeat(20_000)],
    ['a key that is no text', '810101'],
    ['an extension', 'd40000'],
    ['more than one value', '0101'],
    ['nothing', ''],
  ])('of %s is refused at once', (_, hex) => {
    expect(readMessagePack(Buffer.from(hex, 'hex'))).toMatchObject({
      ok: false,
      why: 'malformed-messagepack',
    });
  });
});
