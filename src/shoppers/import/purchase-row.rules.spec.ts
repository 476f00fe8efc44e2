import { copyLine, latestPurchase, stagedRow, type RawRow } from './purchase-row.rules.js';

const now = Date.parse('2026-11-22T10:00:00Z');
const raw: RawRow = {
  shopper_id: 'ada',
  purchased_at: '2026-11-20',
  basket_id: 'b-1',
  product_id: '150',
  product_name: 'Orange soda',
  category: 'drinks',
  department: 'unused',
  quantity: '1',
};
const row = (change: RawRow = {}) => stagedRow({ ...raw, ...change }, latestPurchase(now, false));

describe('a row of a purchases file', () => {
  it('is taken with what the file leaves out filled in', () => {
    expect(row()).toEqual({
      ok: true,
      value: {
        shopperId: 'ada',
        basketId: 'b-1',
        purchasedAt: Date.parse('2026-11-20T12:00:00Z'),
        productId: '150',
        productName: 'Orange soda',
        category: 'drinks',
        brand: '',
        quantity: 1,
        unitPrice: null,
        currency: null,
        channel: 'store',
        storeId: null,
      },
    });
    expect(row({ quantity: '-2' })).toMatchObject({ value: { quantity: -2 } });
    expect(row({ purchased_at: '2024-02-29' })).toMatchObject({ ok: true });
    expect(row({ product_name: '', quantity: undefined })).toMatchObject({
      value: { productName: '150', quantity: 1 },
    });
  });

  it('may carry price, channel, store, brand and the time of day', () => {
    const change = {
      purchased_at: '2026-11-20T18:30:00+01:00',
      unit_price: 199,
      currency: 'EUR',
      channel: 'online',
      store_id: 's1',
      brand: 'Acme',
    };
    expect(row(change)).toMatchObject({
      value: {
        purchasedAt: Date.parse('2026-11-20T17:30:00Z'),
        unitPrice: 199,
        currency: 'EUR',
        channel: 'online',
        storeId: 's1',
        brand: 'Acme',
      },
    });
  });

  it.each<[RawRow, string]>([
    [{ shopper_id: '' }, 'shopper_id: is required'],
    [{ basket_id: 'a b' }, 'basket_id: expected'],
    [{ product_id: undefined }, 'product_id: is required'],
    [{ category: ' ' }, 'category: is required'],
    [{ category: { a: 1 } }, 'category: expected a text'],
    [{ product_name: 'x'.repeat(501) }, 'product_name: longer'],
    [{ product_name: 'a\0' }, 'product_name: holds'],
    [{ purchased_at: 'yesterday' }, 'purchased_at: expected'],
    [{ purchased_at: '2026-02-30' }, 'purchased_at: expected'],
    [{ purchased_at: '2026-13-01' }, 'purchased_at: expected'],
    [{ purchased_at: '2026-11-23' }, 'purchased_at: in the future'],
    [{ purchased_at: null }, 'purchased_at: is required'],
    [{ quantity: '0' }, 'quantity'],
    [{ quantity: '-1000001' }, 'quantity'],
    [{ purchased_at: '1970-01-01' }, 'purchased_at'],
    [{ purchased_at: '2023-02-29T10:00:00Z' }, 'purchased_at'],
    [{ quantity: 'many' }, 'quantity'],
    [{ unit_price: '1.99', currency: 'EUR' }, 'unit_price'],
    [{ unit_price: '199' }, 'currency'],
    [{ channel: 'post' }, 'channel'],
    [{ store_id: 'a b' }, 'store_id'],
  ])('is refused with %p', (change, why) => {
    const outcome = row(change);
    expect(outcome.ok ? '' : outcome.detail).toContain(why);
  });

  it('may be of any time when the file is shifted to now', () => {
    expect(stagedRow({ ...raw, purchased_at: '2036-01-01' }, latestPurchase(now, true)).ok).toBe(true);
  });

  it('reaches COPY with its separators escaped and nothing for what is absent', () => {
    const staged = row({ product_name: 'a\tb\\c\nd' });
    if (!staged.ok) throw new Error(staged.detail);
    expect(copyLine(7, staged.value)).toBe(
      '7\tada\tb-1\t2026-11-20T12:00:00.000Z\t150\ta\\tb\\\\c\\nd\tdrinks\t\t1\t\\N\t\\N\tstore\t\\N\n',
    );
  });
});
