import { Packing } from './packing.js';

describe('packing', () => {
  it('writes MessagePack: arrays, numbers, texts, and bytes put together of several', () => {
    const packing = new Packing();
    packing.array(4);
    packing.number(258);
    packing.text('über');
    packing.bytes('\u00ff', Buffer.from([0, 1]));
    packing.bytes();
    expect(packing.take().toString('hex')).toBe(
      ['dc0004', 'cd0102', 'da0005' + 'c3bc626572', 'da0003' + 'ff0001', 'da0000'].join(''),
    );
    expect(packing.take()).toHaveLength(0);
  });

  it('takes more than it has room for, and gives each a buffer of its own', () => {
    const packing = new Packing();
    const large = Buffer.alloc(60_000, 7);
    for (let each = 0; each < 5; each += 1) packing.bytes(large);
    const first = packing.take();
    packing.text('x'.repeat(50_000));
    const second = packing.take();
    expect(first).toHaveLength(5 * 60_003);
    expect(first.subarray(3, 60_003).equals(large)).toBe(true);
    expect(second.subarray(3).toString()).toBe('x'.repeat(50_000));
  });

  it('refuses what is too long for it', () => {
    expect(() => new Packing().bytes(Buffer.alloc(65_536))).toThrow(RangeError);
    expect(() => new Packing().array(70_000)).toThrow('65535');
  });
});
