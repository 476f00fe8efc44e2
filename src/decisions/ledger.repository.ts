import { Injectable } from '@nestjs/common';
import { Database, decodeCursor, pageFrom, timestamp, type Page } from '../platform/index.js';
import { toRfc3339, type DecisionId, type Instant } from '../shared/index.js';
import type { ConsideredLine } from './decision.js';
import type { Ghost } from './ledger.writer.js';

/** One decision as the ledger shows it. */
export interface LedgerEntry {
  decisionId: string;
  shopperId: string;
  storeId: string;
  visitId: string;
  zoneId?: string;
  on: string;
  at: string;
  outcome: string;
  reason?: string;
  offerId?: string;
  revision?: number;
  deliveryId?: string;
  /** Of a ghost: held out of all offers, or of this one. */
  heldOutOf?: string;
  /** The product that the offer led to here. */
  productId?: string;
  /** The ranking that was in force; older rows have none. */
  policy?: string;
  /** Of a ghost: what the offer would have said. */
  ghost?: Ghost;
  considered: ConsideredLine[];
  /** From receipt of the sighting to the end of each stage; `received` is the hearing's age at receipt. */
  latencyMs: Record<string, number>;
}

export interface LedgerFilter {
  shopperId?: string | undefined;
  offerId?: string | undefined;
  storeId?: string | undefined;
  visitId?: string | undefined;
  outcome?: string | undefined;
  from?: Instant | undefined;
  to?: Instant | undefined;
  /** Empty: every store. */
  storeIds: readonly string[];
  limit: number;
  cursor?: string | undefined;
}

interface Row {
  decision_id: string;
  shopper_id: string;
  store_id: string;
  visit_id: string;
  zone_id: string | null;
  on_trigger: string;
  at: Instant;
  outcome: string;
  reason: string | null;
  offer_id: string | null;
  revision: number | null;
  delivery_id: string | null;
  considered: ConsideredLine[];
  latency: Record<string, number>;
  policy: string | null;
  product_id: string | null;
  held_out_of: string | null;
  ghost: Ghost | null;
  created_at: Instant | null;
  emitted_at: Instant | null;
  acknowledged_at: Instant | null;
  committed_at: Instant | null;
  pushed_at: Instant | null;
}

const COLUMNS = `d.decision_id, d.shopper_id, d.store_id, d.visit_id, d.zone_id, d.on_trigger, d.at, d.outcome, d.reason,
  d.offer_id, d.revision, d.delivery_id, d.considered, d.latency, d.policy, d.product_id, d.held_out_of,
  d.ghost, l.created_at, l.emitted_at, l.acknowledged_at, l.committed_at, l.pushed_at`;
const FROM = 'FROM decisions d LEFT JOIN deliveries l ON l.decision_id = d.decision_id';

/** Reads the ledger. */
@Injectable()
export class Ledger {
  constructor(private readonly database: Database) {}

  async find(decisionId: DecisionId, storeIds: readonly string[]): Promise<LedgerEntry | undefined> {
    const [row] = await this.database.query<Row>(
      `SELECT ${COLUMNS} ${FROM} WHERE d.decision_id = $1 AND (cardinality($2::text[]) = 0 OR d.store_id = ANY($2))`,
      [decisionId, storeIds],
    );
    return row && entryOf(row);
  }

  /** Newest first. */
  async list(filter: LedgerFilter): Promise<Page<LedgerEntry>> {
    const after = decodeCursor(filter.cursor, 2);
    const rows = await this.database.query<Row>(
      `SELECT ${COLUMNS} ${FROM}
       WHERE ($1::text IS NULL OR d.shopper_id = $1)
         AND ($2::uuid IS NULL OR d.offer_id = $2
              OR d.considered @> jsonb_build_array(jsonb_build_object('offerId', $2::text)))
         AND ($3::text IS NULL OR d.store_id = $3)
         AND ($4::uuid IS NULL OR d.visit_id = $4)
         AND ($5::text IS NULL OR d.outcome = $5)
         AND ($6::timestamptz IS NULL OR d.at >= $6)
         AND ($7::timestamptz IS NULL OR d.at < $7)
         AND (cardinality($8::text[]) = 0 OR d.store_id = ANY($8))
         AND ($9::timestamptz IS NULL OR (d.at, d.decision_id) < ($9, $10::uuid))
       ORDER BY d.at DESC, d.decision_id DESC LIMIT $11`,
      [
        filter.shopperId ?? null,
        filter.offerId ?? null,
        filter.storeId ?? null,
        filter.visitId ?? null,
        filter.outcome ?? null,
        filter.from === undefined ? null : timestamp(filter.from),
        filter.to === undefined ? null : timestamp(filter.to),
        filter.storeIds,
        after === undefined ? null : timestamp(Number(after[0])),
        after === undefined ? null : String(after[1]),
        filter.limit + 1,
      ],
    );
    return pageFrom(rows, filter.limit, ({ at, decision_id }) => [at, decision_id], entryOf);
  }
}

function entryOf(row: Row): LedgerEntry {
  return {
    decisionId: row.decision_id,
    shopperId: row.shopper_id,
    storeId: row.store_id,
    visitId: row.visit_id,
    ...(row.zone_id !== null && { zoneId: row.zone_id }),
    on: row.on_trigger,
    at: toRfc3339(row.at),
    outcome: row.outcome,
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.offer_id !== null && { offerId: row.offer_id }),
    ...(row.revision !== null && { revision: row.revision }),
    ...(row.delivery_id !== null && { deliveryId: row.delivery_id }),
    ...(row.held_out_of !== null && { heldOutOf: row.held_out_of }),
    ...(row.product_id !== null && { productId: row.product_id }),
    ...(row.policy !== null && { policy: row.policy }),
    ...(row.ghost !== null && { ghost: row.ghost }),
    considered: row.considered,
    latencyMs: latencyOf(row),
  };
}

/** The stages after the decision are known to the delivery alone; they are put on the same scale. */
function latencyOf({ latency, created_at, ...row }: Row): Record<string, number> {
  const decided = latency['decided'];
  if (created_at === null || decided === undefined) return latency;
  const { committed_at, emitted_at, acknowledged_at, pushed_at } = row;
  const stages = {
    committed: committed_at,
    emitted: emitted_at,
    acknowledged: acknowledged_at,
    pushed: pushed_at,
  };
  const reached = Object.entries(stages).filter((stage): stage is [string, Instant] => stage[1] !== null);
  return {
    ...latency,
    ...Object.fromEntries(reached.map(([stage, at]) => [stage, decided + at - created_at])),
  };
}
