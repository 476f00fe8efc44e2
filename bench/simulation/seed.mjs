import { consentsTo, fill, PRODUCTS } from '../in-process.mjs';
import { offerRows } from './offers.mjs';

const ZONES = 8;
const STORES = 5;

/** A chain of five stores: a year of shopping, and visits of the last days with four stays each. */
export async function seed(database, { shoppers, visits, purchases, days, live }) {
  const zones = Array.from({ length: ZONES }, (_, n) => ({
    zoneId: `z${n}`,
    name: `Zone ${n}`,
    kind: 'aisle',
    categories: [`c${n}`],
  }));
  const store = {
    name: 'Store',
    timeZone: 'Europe/Paris',
    currency: 'EUR',
    zones,
    gateways: [],
    beacons: [],
  };
  const statements = [
    `INSERT INTO stores (store_id, document, version)
     SELECT 'store-' || n, '${JSON.stringify(store)}'::jsonb, 1 FROM generate_series(0, ${STORES - 1}) AS n`,
    PRODUCTS,
    `INSERT INTO shoppers (shopper_id, attributes) SELECT 's' || n, '{}' FROM generate_series(1, ${shoppers}) AS n`,
    consentsTo('profiling', 'location'),
    `INSERT INTO purchases (purchase_id, shopper_id, store_id, channel, purchased_at, content_hash)
     SELECT 's' || n || '-' || k, 's' || n, 'store-' || n % ${STORES}, 'store',
       now() - make_interval(days => k * 360 / ${purchases}, hours => (n + k) % 12), ''
     FROM generate_series(1, ${shoppers}) AS n, generate_series(0, ${purchases - 1}) AS k`,
    `INSERT INTO purchase_lines (purchase_id, line_no, product_id, quantity, unit_price, currency)
     SELECT purchase_id, line, 'p' || (abs(hashtext(shopper_id)::bigint) + line * 7 + abs(hashtext(purchase_id)::bigint) % 4) % 200, 1, 300,
       'EUR'
     FROM purchases, generate_series(1, 4) AS line`,
    `INSERT INTO visits (visit_id, shopper_id, store_id, started_at, ended_at, via)
     SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n * 100 + k), 12, '0'))::uuid, 's' || n, 'store-' || n % ${STORES},
       began, began + interval '40 minutes', 'sighting'
     FROM generate_series(1, ${shoppers}) AS n, generate_series(1, ${visits}) AS k,
       LATERAL (SELECT date_trunc('day', now()) - make_interval(
         secs => 3600 + (k * ${days} * 86400.0 / ${visits + 1} + abs(hashtext('s' || n || '.' || k)::bigint) % 40000))) AS at (began)`,
    `INSERT INTO stays (visit_id, zone_id, entered_at, left_at)
     SELECT visit_id, 'z' || (abs(hashtext(visit_id::text)::bigint) + k * 3) % ${ZONES}, started_at + k * interval '8 minutes',
       started_at + k * interval '8 minutes' + interval '5 minutes'
     FROM visits, generate_series(1, 4) AS k`,
    'DELETE FROM shopper_changes WHERE change_id > 0',
  ];
  await fill(database, statements, async (tx) => {
    for (const { offerId, status, document } of offerRows(live)) {
      await tx.run(
        `INSERT INTO offers (offer_id, status, live_revision, latest_revision, version, created_by)
         VALUES ($1, $2, $3, 1, 1, 'bench')`,
        [offerId, status, status === 'live' ? 1 : null],
      );
      await tx.run(
        `INSERT INTO offer_revisions (offer_id, revision, document, state, author)
         VALUES ($1, 1, $2, $3, 'bench')`,
        [offerId, JSON.stringify(document), status === 'live' ? 'approved' : 'draft'],
      );
    }
  });
}
