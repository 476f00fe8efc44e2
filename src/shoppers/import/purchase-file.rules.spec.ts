import fc from 'fast-check';
import type { Principal } from '../../shared/index.js';
import { columns, itemOf, stage } from './purchase-file.rules.js';

const actor: Principal = { kind: 'service', keyId: '00000000-0000-7000-8000-000000000000' as never };
const context = {
  line: 7,
  receivedAt: Date.parse('2026-11-22T10:00:00Z'),
  shiftsToNow: false,
  actor,
};
const good = {
  shopperId: 'ada',
  purchasedAt: '2026-11-20',
  purchaseId: 'b-1',
  'lines[0].productId': '150',
  'product.category': 'drinks',
};
const row = (change: Record<string, unknown> = {}, shiftsToNow = false) => {
  const cells: Record<string, unknown> = { ...good, ...change };
  return stage(itemOf(columns.map(({ path }) => cells[path])), { ...context, shiftsToNow });
};

describe('a row of a purchases file', () => {
  it('is one line of a purchase, with what the file leaves out filled in', () => {
    expect(row()).toEqual({
      at: Date.parse('2026-11-20T12:00:00Z'),
      copy: `7\t0\tf\tb-1\tada\t\\N\tstore\t${Date.parse('2026-11-20T12:00:00Z')}\t150\t1${'\t\\N'.repeat(4)}\tdrinks\t\\N\t\\N\n`,
    });
  });

  it('may carry price, discount, coupon, channel, store, name and brand, with what COPY separates by escaped', () => {
    const staged = row({
      purchasedAt: '2026-11-20T18:30:00+01:00',
      'lines[0].quantity': 0.5,
      'lines[0].unitPrice.amount': 199,
      'lines[0].discount.amount': 20,
      'lines[0].unitPrice.currency': 'EUR',
      'lines[0].couponCode': 'A1',
      channel: 'online',
      storeId: 's1',
      'product.name': 'a\tb\\c\nd',
      'product.brand': 'Acme',
    });
    const at = Date.parse('2026-11-20T17:30:00Z');
    expect(staged).toEqual({
      at,
      copy: `7\t0\tf\tb-1\tada\ts1\tonline\t${at}\t150\t0.5\t199\t20\tEUR\tA1\tdrinks\ta\\tb\\\\c\\nd\tAcme\n`,
    });
  });

  it.each<[Record<string, unknown>, string, string]>([
    [{ shopperId: undefined }, 'required', 'shopperId'],
    [{ purchaseId: 'a b' }, 'invalid-format', 'purchaseId'],
    [{ 'lines[0].productId': undefined }, 'required', 'lines[0].productId'],
    [{ purchasedAt: 'yesterday' }, 'invalid-format', 'purchasedAt'],
    [{ purchasedAt: '2026-02-30' }, 'invalid-format', 'purchasedAt'],
    [{ purchasedAt: '2026-11-23' }, 'in-the-future', ''],
    [{ 'lines[0].quantity': 0 }, 'out-of-range', 'lines[0].quantity'],
    [{ 'lines[0].quantity': 'many' }, 'wrong-type', 'lines[0].quantity'],
    [{ 'lines[0].unitPrice.amount': 199 }, 'required', 'lines[0].unitPrice.currency'],
    [{ channel: 'post' }, 'not-allowed', 'channel'],
    [{ storeId: 'a b' }, 'invalid-format', 'storeId'],
    [{ 'product.name': 'x'.repeat(501) }, 'out-of-range', 'product.name'],
    [{ 'product.name': 'a\0' }, 'invalid', 'product.name'],
  ])('is refused with %j: %s at %s', (change, code, path) => {
    expect(row(change)).toMatchObject({ code, path });
  });

  it('may be of any time when the file is moved to now', () => {
    expect(row({ purchasedAt: '2036-02-29' }, true)).toHaveProperty('copy');
  });

  it('is staged on a line of its own, whatever its texts hold', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (name) => {
        const staged = row({ 'product.name': name });
        if (!('copy' in staged)) return;
        expect(staged.copy.match(/\n/g)).toHaveLength(1);
        expect(staged.copy.split('\t')).toHaveLength(17);
      }),
    );
  });
});

describe('a purchase of the contract', () => {
  it('is staged with a line for each of its own, and knows no field of a flat row', () => {
    const lines = [
      { productId: 'p1', quantity: 1 },
      { productId: 'p2', quantity: 2, discount: { amount: 5, currency: 'EUR' } },
    ];
    const item = {
      purchaseId: 'b',
      shopperId: 'ada',
      channel: 'store',
      purchasedAt: '2026-11-20T10:00:00Z',
      lines,
    };
    const staged = stage(item, context);
    expect('copy' in staged && staged.copy.trim().split('\n')).toEqual([
      expect.stringMatching(/^7\t0\tt\tb\tada/),
      expect.stringMatching(/^7\t1\tt\tb\tada.*\t5\tEUR/),
    ]);
    expect(stage({ ...item, product: {} }, context)).toMatchObject({
      code: 'unknown-field',
      path: 'product',
    });
  });
});
