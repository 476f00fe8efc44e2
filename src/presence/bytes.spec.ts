import fc from 'fast-check';
import { ByteReader, ByteWriter } from './bytes.js';

function written(write: (to: ByteWriter) => void): Buffer {
  const to = new ByteWriter();
  write(to);
  return to.taken();
}

describe('bytes', () => {
  it.each([
    [0, 1],
    [127, 1],
    [128, 2],
    [2 ** 53 - 1, 8],
  ])('holds %d in %d bytes', (value, bytes) => {
    const held = written((to) => to.unsigned(value));
    expect(held).toHaveLength(bytes);
    expect(new ByteReader(held).unsigned()).toBe(value);
  });

  it('reads what it wrote, in order', () => {
    const part = fc.oneof(
      fc.record({ as: fc.constant('unsigned' as const), value: fc.maxSafeNat() }),
      fc.record({ as: fc.constant('signed' as const), value: fc.integer() }),
      fc.record({ as: fc.constant('text' as const), value: fc.string({ unit: 'grapheme', maxLength: 400 }) }),
      fc.record({ as: fc.constant('uuid' as const), value: fc.oneof(fc.uuid(), fc.string()) }),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const held = written((to) => {
          for (const { as, value } of parts) (to[as] as (value: number | string) => void)(value);
        });
        const from = new ByteReader(held);
        expect(parts.map(({ as }) => from[as]())).toEqual(parts.map(({ value }) => value));
      }),
    );
  });

  it('keeps a UUID in 17 bytes, and as it was where it is written otherwise', () => {
    const uuid = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001';
    expect(written((to) => to.uuid(uuid))).toHaveLength(17);
    const upper = uuid.toUpperCase();
    expect(new ByteReader(written((to) => to.uuid(upper))).uuid()).toBe(upper);
  });

  it('refuses bytes that end too soon', () => {
    const held = written((to) => to.text('hello'));
    expect(() => new ByteReader(held.subarray(0, 3)).text()).toThrow(RangeError);
    expect(() => new ByteReader(Buffer.of(0x80)).unsigned()).toThrow(/wanted/);
  });
});
