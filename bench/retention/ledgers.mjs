// What is written and thrown away: the ledger of decisions as it is, the same with a partition a day, and visits.
import { randomBytes } from 'node:crypto';

export const DAY_MS = 86_400_000;
/** As `src/privacy/retention` has it. */
export const BATCH = 5_000;

const COLUMNS = `decision_id, change_id, shopper_id, store_id, visit_id, zone_id, on_trigger, at, outcome, reason,
  offer_id, revision, delivery_id, considered, latency, policy, product_id, held_out_of, universal_share, ghost`;
const ROWS = `SELECT * FROM json_to_recordset($1::json) AS row (
  decision_id uuid, change_id uuid, shopper_id text, store_id text, visit_id uuid, zone_id text, on_trigger text,
  at timestamptz, outcome text, reason text, offer_id uuid, revision integer, delivery_id uuid, considered jsonb,
  latency jsonb, policy text, product_id text, held_out_of text, universal_share real, ghost jsonb)`;

/** As the program has it: one table, unique by change, thrown away in batches. */
export const batches = {
  name: 'batches',
  kindsOf: 'decisions',
  rowOf: decisionOf,
  look: lookAt('decisions', 'at'),
  insert: `INSERT INTO decisions (${COLUMNS}) ${ROWS}`,
  setUp: async () => {},
  startDay: async () => {},
  endDay: inBatches,
  bytes: `SELECT pg_total_relation_size('decisions') AS bytes`,
};

/** Visits as the program has them, each with four stays, one in five with a check-in. */
export const visits = {
  name: 'visits',
  kindsOf: 'visits',
  rowOf: visitOf,
  look: lookAt('visits', 'started_at'),
  insert: `WITH row AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS row (
      visit_id uuid, shopper_id text, store_id text, started_at timestamptz, zones text[], checked_in boolean)),
    came AS (INSERT INTO visits
      SELECT visit_id, shopper_id, store_id, started_at, started_at + interval '20 minutes', 'sighting' FROM row),
    stood AS (INSERT INTO stays SELECT visit_id, zone, started_at, started_at FROM row, unnest(zones) AS zone)
    INSERT INTO checkins
    SELECT gen_random_uuid(), visit_id, shopper_id, store_id, NULL, 'qr', started_at, started_at
    FROM row WHERE checked_in`,
  setUp: async () => {},
  startDay: async () => {},
  endDay: inBatches,
  bytes: `SELECT pg_total_relation_size('visits') + pg_total_relation_size('stays')
    + pg_total_relation_size('checkins') AS bytes`,
};

/** A partition a day; that a change decides once is kept by a table of its own, a partition a day by its UUIDv7. */
export const partitions = {
  name: 'partitions',
  rowOf: decisionOf,
  look: lookAt('daily_decisions', 'at'),
  insert: `WITH row AS MATERIALIZED (${ROWS}),
    noted AS (INSERT INTO decided_changes SELECT change_id FROM row)
    INSERT INTO daily_decisions (${COLUMNS}) SELECT ${COLUMNS} FROM row`,
  setUp: async (database) => {
    await database.run(`CREATE TABLE daily_decisions (LIKE decisions) PARTITION BY RANGE (at)`);
    for (const index of [
      '(decision_id)',
      '(shopper_id, at DESC)',
      '(offer_id, at DESC) WHERE offer_id IS NOT NULL',
      '(store_id, at DESC)',
      '(visit_id)',
    ]) {
      await database.run(`CREATE INDEX ON daily_decisions ${index}`);
    }
    await database.run(`CREATE TRIGGER told AFTER INSERT ON daily_decisions REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION tell_of_decisions()`);
    await database.run(
      `CREATE TABLE decided_changes (change_id uuid PRIMARY KEY) PARTITION BY RANGE (change_id)`,
    );
  },
  startDay: async (database, day) => {
    const [from, to] = [new Date(day * DAY_MS).toISOString(), new Date((day + 1) * DAY_MS).toISOString()];
    await database.run(`CREATE TABLE daily_decisions_${day} PARTITION OF daily_decisions
      FOR VALUES FROM ('${from}') TO ('${to}')`);
    await database.run(`CREATE TABLE decided_changes_${day} PARTITION OF decided_changes
      FOR VALUES FROM ('${firstId(day * DAY_MS)}') TO ('${firstId((day + 1) * DAY_MS)}')`);
  },
  endDay: async (database, until) => {
    const day = until / DAY_MS - 1;
    const [{ rows }] = await database.query(`SELECT count(*) AS rows FROM daily_decisions_${day}`);
    await database.run(`DROP TABLE daily_decisions_${day}`);
    await database.run(`DROP TABLE decided_changes_${day}`);
    return rows;
  },
  bytes: `SELECT sum(pg_total_relation_size(relid)) AS bytes
    FROM (SELECT relid FROM pg_partition_tree('daily_decisions') UNION ALL
          SELECT relid FROM pg_partition_tree('decided_changes')) AS tree`,
};

/** @param prune throws away the oldest of a kind from before a moment; gives how many rows that were */
async function inBatches(_, until, kinds, prune) {
  let rows = 0;
  for (const kind of kinds) {
    for (let pruned = BATCH; pruned === BATCH; rows += pruned) pruned = await prune(kind, until);
  }
  return rows;
}

/** What there was last of a shopper, as the single view asks. */
function lookAt(table, age) {
  return `SELECT * FROM ${table} WHERE shopper_id = $1 ORDER BY ${age} DESC LIMIT 20`;
}

function firstId(ms) {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

function idOf(ms) {
  const time = Math.floor(ms).toString(16).padStart(12, '0');
  const rest = randomBytes(10).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
}

const OFFERS = Array.from({ length: 500 }, (_, n) => idOf(n));
const REASONS = [
  [{ code: 'rule-not-met', detail: 'replenishment.dueProbability is 0.31, not >= 0.6', path: 'rules[0]' }],
  [{ code: 'offer-cap', detail: 'seen 1 of 1 per visit' }],
  [{ code: 'irrelevant', detail: 'never bought coffee filters' }],
  [],
];

/** A decision of `at` with six candidates: some 1 KB, most of it why. */
function decisionOf(at, shoppers) {
  const chance = Math.random();
  const outcome = chance < 0.85 ? 'silence' : 'offer';
  const offerId = OFFERS[Math.floor(chance * 400)];
  return {
    decision_id: idOf(at),
    change_id: idOf(at),
    shopper_id: `shopper-${Math.floor(Math.random() * shoppers)}`,
    store_id: `store-${Math.floor(Math.random() * 500)}`,
    visit_id: idOf(at - 600_000),
    zone_id: 'coffee',
    on_trigger: 'zoneEntered',
    at: new Date(at).toISOString(),
    outcome,
    reason: outcome === 'silence' ? 'rule-not-met' : null,
    offer_id: outcome === 'silence' ? null : offerId,
    revision: outcome === 'silence' ? null : 1,
    delivery_id: outcome === 'silence' ? null : idOf(at),
    considered: Array.from({ length: 6 }, (_, n) => ({
      offerId: OFFERS[(Math.floor(chance * 400) + n) % 500],
      revision: 1,
      eligible: n === 0,
      reasons: REASONS[(n + 3) % 4],
      score: 0.5,
    })),
    latency: { received: 120, present: 4, considered: 9, decided: 14 },
    policy: 'priority',
  };
}

const ZONES = ['door', 'coffee', 'cereals', 'tills'];

function visitOf(at, shoppers) {
  return {
    visit_id: idOf(at),
    shopper_id: `shopper-${Math.floor(Math.random() * shoppers)}`,
    store_id: `store-${Math.floor(Math.random() * 500)}`,
    started_at: new Date(at).toISOString(),
    zones: ZONES,
    checked_in: Math.random() < 0.2,
  };
}
