type Query = <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

/** What a ledger must not say, each as a query for the rows that say it. */
const WRONG: Readonly<Record<string, string>> = {
  'a counter holds another sum than its reservations': `
    SELECT key, c.used, r.held FROM
      (SELECT key, sum(used) AS used FROM offer_counters GROUP BY key) c
      FULL JOIN (SELECT key, sum(CASE WHEN closed THEN spent ELSE amount END) AS held
                 FROM reservations GROUP BY key) r USING (key)
    WHERE coalesce(c.used, 0) <> coalesce(r.held, 0)`,
  'a share gave more than its part, or shares may give another sum than the whole': `
    SELECT key, max(whole) AS whole, sum(ceiling) AS ceiling, sum(used) AS used FROM offer_counters GROUP BY key
    HAVING bool_or(used > ceiling) OR min(whole) <> max(whole) OR sum(ceiling) <> max(whole)`,
  'an offer made left no cap event, or one was left by none': `
    SELECT decision_id FROM (SELECT * FROM decisions WHERE outcome = 'offer') d
    FULL JOIN cap_events c USING (decision_id) WHERE d.outcome IS NULL OR c.offer_id IS DISTINCT FROM d.offer_id`,
  'an offer made has no delivery, or a delivery no offer': `
    SELECT decision_id FROM (SELECT * FROM decisions WHERE outcome = 'offer') d
    FULL JOIN deliveries v USING (decision_id) WHERE d.delivery_id IS DISTINCT FROM v.delivery_id`,
  'a coupon belongs to no offer made': `
    SELECT code FROM coupons LEFT JOIN (SELECT * FROM decisions WHERE outcome = 'offer') d USING (decision_id)
    WHERE d.offer_id IS DISTINCT FROM coupons.offer_id`,
  'a reservation belongs to no offer made': `
    SELECT r.decision_id FROM reservations r LEFT JOIN decisions d USING (decision_id)
    WHERE d.outcome IS DISTINCT FROM 'offer'`,
  'an offer waits in the outbox that was not made': `
    SELECT payload FROM outbox o WHERE event = 'offer.granted' AND NOT EXISTS
      (SELECT FROM decisions d WHERE d.delivery_id::text = o.payload ->> 'deliveryId')`,
  'a change was decided twice': `
    SELECT change_id FROM decisions GROUP BY change_id HAVING count(*) > 1`,
};

/**
 * Holds the ledger against counters, reservations, cap events, deliveries, coupons and outbox.
 *
 * @returns what is wrong, in words with the first rows; nothing when the books agree
 */
export async function faultsInLedger(query: Query): Promise<string[]> {
  const faults: string[] = [];
  for (const [what, sql] of Object.entries(WRONG)) {
    const rows = await query(sql);
    if (rows.length > 0) faults.push(`${what}: ${JSON.stringify(rows.slice(0, 3))} (${rows.length})`);
  }
  return faults;
}
