import { ERASED, neutral, NOBODY, personal, type TableEntry } from './entry.js';

/** Tables of coupons. They find their rows through `coupons`, which stands last. */
export const coupons: Readonly<Record<string, TableEntry>> = {
  redemptions: {
    purpose: 'coupons taken at the till; stays in the books',
    rows: 'code IN (SELECT code FROM coupons WHERE shopper_id = ANY($1))',
    fate: { is: 'anonymised', set: { reversal_reason: 'NULL' } },
    columns: {
      redemption_id: personal('the redemption'),
      code: personal('the coupon'),
      purchase_id: personal('the receipt'),
      store_id: personal('where'),
      redeemed_by: neutral('the till'),
      idempotency_key: neutral('the request of the till'),
      discount: personal('what was taken off'),
      currency: personal('in which currency'),
      basket: personal('what was in the basket'),
      redeemed_at: personal('when'),
      reversed_at: personal('when it was taken back'),
      reversal_reason: personal('why'),
    },
  },
  coupon_holds: {
    purpose: 'coupons that a till has in hand, for minutes',
    rows: 'code IN (SELECT code FROM coupons WHERE shopper_id = ANY($1))',
    fate: ERASED,
    columns: {
      code: personal('the coupon'),
      hold_key: neutral('the till'),
      held_by: neutral('the till'),
      store_id: personal('where'),
      held_at: personal('from'),
      held_until: personal('to'),
    },
  },
  coupons: {
    purpose: 'coupons they were given; redeemed ones stay in the books by their number',
    rows: 'shopper_id = ANY($1)',
    fate: {
      is: 'anonymised',
      set: { shopper_id: NOBODY, withdrawn_at: 'coalesce(withdrawn_at, now())' },
    },
    columns: {
      code: personal('the number'),
      offer_id: personal('which offer'),
      revision: personal('in which form'),
      decision_id: personal('the decision'),
      delivery_id: personal('the offer they got'),
      shopper_id: personal('whose row it is'),
      store_id: personal('where it is good'),
      reward: personal('for what'),
      qualifies: personal('what must be in the basket'),
      issued_at: personal('from'),
      expires_at: personal('to'),
      withdrawn_at: personal('when it was taken back'),
      settled_at: neutral('when its budget was settled'),
    },
  },
};
