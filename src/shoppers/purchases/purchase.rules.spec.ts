import fc from 'fast-check';
import type { Principal, ProductId, PurchaseId, ShopperId, StoreId } from '../../shared/index.js';
import {
  admit,
  byShopper,
  canonicalJson,
  contentHash,
  differing,
  firstOfEach,
  EARLIEST,
  FUTURE_TOLERANCE_MS,
  isDiscountWithinPrice,
  sift,
  unredeemed,
  type Candidate,
  type Purchase,
} from './purchase.rules.js';

const now = 1_700_000_000_000;
const purchase = (fields: Partial<Purchase> = {}): Purchase => ({
  purchaseId: 'p1' as PurchaseId,
  shopperId: 'ada' as ShopperId,
  channel: 'store',
  purchasedAt: now,
  lines: [{ productId: 'milk' as ProductId, quantity: 1 }],
  ...fields,
});
const candidate = (index: number, fields: Partial<Purchase> = {}): Candidate => ({
  index,
  purchase: purchase(fields),
  contentHash: contentHash(purchase(fields)),
});
const till: Principal = { kind: 'till', keyId: 'k' as never, storeId: 's1' as StoreId };
const service: Principal = { kind: 'service', keyId: 'k' as never };

describe('the content of a purchase', () => {
  it('is the same whatever the order of its fields, named or absent', () => {
    const { lines, ...rest } = purchase();
    expect(contentHash({ lines, storeId: undefined, ...rest })).toEqual(contentHash(purchase()));
  });

  it('differs with the order of lines, the quantity and the price', () => {
    const line = { productId: 'milk' as ProductId, quantity: 2 };
    const other = { productId: 'eggs' as ProductId, quantity: 1 };
    const all = [
      purchase({ lines: [line, other] }),
      purchase({ lines: [other, line] }),
      purchase({ lines: [line] }),
      purchase({ lines: [{ ...line, unitPrice: { amount: 1, currency: 'EUR' } }] }),
    ];
    expect(new Set(all.map((each) => contentHash(each).toString('hex'))).size).toBe(4);
  });

  it('is written as JSON that reads back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.stringify(JSON.parse(canonicalJson(value)))).toBe(
          JSON.stringify(JSON.parse(canonicalJson(JSON.parse(JSON.stringify(value))))),
        );
      }),
    );
  });
});

describe('who may report a purchase', () => {
  it('a till for its own store, which it need not name', () => {
    expect(admit(purchase(), till, now)).toEqual({
      ok: true,
      purchase: purchase({ storeId: 's1' as StoreId }),
    });
    expect(admit(purchase({ storeId: 's2' as StoreId }), till, now)).toMatchObject({
      code: 'not-your-store',
    });
    expect(admit(purchase({ channel: 'online' }), till, now)).toMatchObject({ code: 'not-your-channel' });
  });

  it('the back office for every store and channel', () => {
    const online = purchase({ channel: 'online' });
    expect(admit(online, service, now)).toEqual({ ok: true, purchase: online });
  });

  it('nobody before it happened', () => {
    const at = (purchasedAt: number) => admit(purchase({ purchasedAt }), service, now);
    expect(at(now + FUTURE_TOLERANCE_MS)).toMatchObject({ ok: true });
    expect(at(now + FUTURE_TOLERANCE_MS + 1)).toMatchObject({ code: 'in-the-future' });
  });

  it('nobody with a clock that lost its time', () => {
    const at = (purchasedAt: number) => admit(purchase({ purchasedAt }), service, now);
    expect(at(EARLIEST)).toMatchObject({ ok: true });
    expect(at(EARLIEST - 1)).toMatchObject({ code: 'too-long-ago' });
    expect(at(0)).toMatchObject({ code: 'too-long-ago' });
    expect(at(Date.UTC(2020, 1, 29, 23, 59))).toMatchObject({ ok: true });
  });
});

describe('a discount', () => {
  const eur = (amount: number) => ({ amount, currency: 'EUR' });

  it('is at most what the line costs, a return’s too', () => {
    expect(isDiscountWithinPrice({ quantity: 2, unitPrice: eur(100), discount: eur(200) })).toBe(true);
    expect(isDiscountWithinPrice({ quantity: 2, unitPrice: eur(100), discount: eur(201) })).toBe(false);
    expect(isDiscountWithinPrice({ quantity: -2, unitPrice: eur(100), discount: eur(200) })).toBe(true);
    expect(isDiscountWithinPrice({ quantity: -1, unitPrice: eur(100), discount: eur(101) })).toBe(false);
  });

  it('of a weighed line is rounded the shopper’s way', () => {
    expect(isDiscountWithinPrice({ quantity: 0.333, unitPrice: eur(199), discount: eur(67) })).toBe(true);
    expect(isDiscountWithinPrice({ quantity: 0.333, unitPrice: eur(199), discount: eur(68) })).toBe(false);
  });

  it('without a price is taken as it is', () => {
    expect(isDiscountWithinPrice({ quantity: 1, discount: eur(500) })).toBe(true);
  });
});

describe('a batch of purchases', () => {
  it('leaves out those of strangers and of stores nobody knows', () => {
    const batch = [
      candidate(0),
      candidate(1, { shopperId: 'bob' as ShopperId }),
      candidate(2, { storeId: 's9' as StoreId }),
    ];
    const ada = 'ada' as ShopperId;
    const stores = new Set(['s1']);
    const { kept, refused } = sift(batch, { shoppers: new Map([[ada, ada]]), stores });
    expect(kept).toEqual([batch[0]]);
    const eve = 'eve' as ShopperId;
    const merged = sift([candidate(0)], { shoppers: new Map([[ada, eve]]), stores }).kept;
    expect(merged).toEqual([{ ...candidate(0, { shopperId: eve }), contentHash: batch[0]!.contentHash }]);
    expect(refused.map(({ index, code }) => [index, code])).toEqual([
      [1, 'unknown-shopper'],
      [2, 'unknown-store'],
    ]);
  });

  it('takes the first of each and names the later ones that differ', () => {
    const batch = [candidate(0), candidate(1), candidate(2, { channel: 'online' })];
    expect(firstOfEach(batch)).toEqual([batch[0]]);
    const recorded = new Map([[batch[0]!.purchase.purchaseId, batch[0]!.contentHash]]);
    expect(differing(batch, recorded)).toMatchObject([{ index: 2, code: 'purchase-differs' }]);
  });

  it('is written in the order of ids', () => {
    const batch = [
      candidate(0, { purchaseId: 'z' as PurchaseId }),
      candidate(1, { purchaseId: 'a' as PurchaseId }),
    ];
    expect(firstOfEach(batch).map(({ index }) => index)).toEqual([1, 0]);
  });

  it('tells each shopper apart', () => {
    const of = (shopperId: string, purchaseId: string): Purchase =>
      purchase({ shopperId: shopperId as ShopperId, purchaseId: purchaseId as PurchaseId });
    expect(byShopper([of('ada', '1'), of('bob', '2'), of('ada', '3')])).toEqual(
      new Map([
        ['ada', ['1', '3']],
        ['bob', ['2']],
      ]),
    );
  });

  it('names each coupon that was not redeemed, once a purchase', () => {
    const line = (couponCode?: string) => ({ productId: 'milk' as ProductId, quantity: 1, couponCode });
    const batch = [candidate(4, { lines: [line('A'), line('A'), line('B'), line()] })];
    expect(unredeemed(batch, new Set(['B']))).toMatchObject([{ index: 4, code: 'coupon-not-redeemed' }]);
  });
});
