import { ERASED, neutral, NOBODY, NO_VISIT, personal, type TableEntry } from './entry.js';

const own = 'shopper_id = ANY($1)';
const whose = personal('whose row it is');
const ofDeliveries = 'delivery_id IN (SELECT delivery_id FROM deliveries WHERE shopper_id = ANY($1))';

/**
 * Tables of visits, offers and what came of them. Those that point to a row of another by its id stand before it: they
 * find their rows through it.
 */
export const visits: Readonly<Record<string, TableEntry>> = {
  // Before what it refers to is under another name.
  webhook_deliveries: {
    purpose: 'what is told to systems of the retailer, by reference; 7 days, given up ones 30',
    rows: `about IN (SELECT decision_id FROM decisions WHERE shopper_id = ANY($1)
             UNION ALL SELECT delivery_id FROM deliveries WHERE shopper_id = ANY($1)
             UNION ALL SELECT visit_id FROM visits WHERE shopper_id = ANY($1)
             UNION ALL SELECT redemption_id FROM redemptions JOIN coupons USING (code) WHERE shopper_id = ANY($1))`,
    fate: ERASED,
    columns: {
      webhook_id: neutral('the receiver'),
      event_id: neutral('the event'),
      type: personal('what is told'),
      about: personal('of which of their visits, offers and redemptions'),
      occurred_at: personal('when it happened'),
      due_at: neutral('when it is tried'),
      attempts: neutral('how often it was tried'),
      answer: neutral('what the receiver answered'),
      delivered_at: personal('when it was told'),
      dead_at: neutral('when it was given up'),
    },
  },
  stays: {
    purpose: 'the zones of a visit',
    rows: 'visit_id IN (SELECT visit_id FROM visits WHERE shopper_id = ANY($1))',
    fate: ERASED,
    columns: {
      visit_id: personal('the visit'),
      zone_id: personal('where'),
      entered_at: personal('from'),
      left_at: personal('to'),
    },
  },
  visits: {
    purpose: 'when they were in which store',
    rows: own,
    fate: ERASED,
    columns: {
      visit_id: personal('the visit'),
      shopper_id: whose,
      store_id: personal('where'),
      started_at: personal('from'),
      ended_at: personal('to'),
      via: personal('how it was noticed'),
    },
  },
  checkins: {
    purpose: 'check-ins of their app',
    rows: own,
    fate: ERASED,
    columns: {
      checkin_id: personal('the check-in'),
      visit_id: personal('the visit'),
      shopper_id: whose,
      store_id: personal('the store'),
      zone_id: personal('the zone'),
      method: personal('by what'),
      observed_at: personal('when'),
      received_at: personal('when we heard'),
    },
  },
  cap_events: {
    purpose: 'how often they were addressed, for caps',
    rows: own,
    fate: ERASED,
    columns: {
      decision_id: personal('the decision'),
      shopper_id: whose,
      at: personal('when'),
      offer_id: personal('by which offer'),
      visit_id: personal('on which visit'),
      tags: personal('of which kind'),
      exclusion_group: personal('in whose place'),
      counts_globally: personal('for which caps'),
    },
  },
  delivery_events: {
    purpose: 'what they did with an offer; counts stay for reports',
    rows: ofDeliveries,
    fate: { is: 'anonymised', set: { comment: 'NULL' } },
    columns: {
      delivery_id: personal('the offer they got'),
      type: personal('what they did'),
      at: personal('when'),
      rating: personal('stars'),
      comment: personal('what they said'),
      recorded_at: personal('when it was recorded'),
    },
  },
  deliveries: {
    purpose: 'offers they got; counts stay for reports',
    rows: own,
    fate: {
      is: 'anonymised',
      set: {
        shopper_id: NOBODY,
        zone_id: 'NULL',
        visit_id: NO_VISIT,
        offer: "'{}'::jsonb",
        closed_at: 'coalesce(closed_at, now())',
        closed_as: "coalesce(closed_as, 'withdrawn')",
      },
    },
    columns: {
      delivery_id: personal('the offer they got'),
      decision_id: personal('the decision behind it'),
      shopper_id: whose,
      offer_id: personal('which offer'),
      store_id: personal('where'),
      zone_id: personal('in which zone'),
      visit_id: personal('on which visit'),
      offer: personal('as the app showed it'),
      categories: personal('what it was about'),
      created_at: personal('when'),
      expires_at: personal('until when'),
      emitted_at: personal('when it was sent'),
      acknowledged_at: personal('when it arrived'),
      closed_at: personal('when it was over'),
      closed_as: personal('how it ended'),
    },
  },
  decisions: {
    purpose: 'what was decided about them and why; counts stay for reports and holdouts',
    rows: own,
    fate: {
      is: 'anonymised',
      // The day is enough for reports; the second would be found again on a till.
      set: {
        shopper_id: NOBODY,
        visit_id: NO_VISIT,
        zone_id: 'NULL',
        at: "date_trunc('day', at)",
        considered: "'[]'::jsonb",
      },
    },
    columns: {
      decision_id: personal('the decision'),
      change_id: neutral('the change of presence that led to it'),
      shopper_id: whose,
      store_id: personal('where'),
      visit_id: personal('on which visit'),
      zone_id: personal('in which zone'),
      on_trigger: personal('upon what'),
      at: personal('when'),
      outcome: personal('what was decided'),
      reason: personal('why not'),
      offer_id: personal('which offer'),
      revision: personal('in which form'),
      delivery_id: personal('the offer they got'),
      considered: personal('what else was considered, and what ruled it out'),
      latency: neutral('how long it took'),
    },
  },
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
  coupons: {
    purpose: 'coupons they were given; redeemed ones stay in the books by their number',
    rows: own,
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
      shopper_id: whose,
      store_id: personal('where it is good'),
      reward: personal('for what'),
      qualifies: personal('what must be in the basket'),
      issued_at: personal('from'),
      expires_at: personal('to'),
      withdrawn_at: personal('when it was taken back'),
    },
  },
  feedback: {
    purpose: 'what they told the retailer',
    rows: own,
    fate: ERASED,
    columns: {
      feedback_id: personal('the entry'),
      shopper_id: whose,
      text: personal('what they said'),
      about: personal('of what'),
      at: personal('when'),
    },
  },
};
