import { Injectable } from '@nestjs/common';
import { couponCode } from '../coupons/index.js';
import { qualifying, type LiveOffer } from '../offers/index.js';
import { Clock, Outbox, type Transaction } from '../platform/index.js';
import { toRfc3339, type Instant } from '../shared/index.js';
import { trialRow } from './choosing/trial.rules.js';
import { lineOf, patienceOf, type Considered, type Granted, type Pending } from './decision.js';
import { capEventOf } from './grant.rules.js';
import { OfferWriter, type OfferForApp, type OfferInWords } from './offer.writer.js';

/** A pending decision with what the locks let through of it. */
export interface Ruled {
  pending: Pending;
  granted: Granted;
  ruledAt: Instant;
  /** What the app gets, where an offer was made; the same as lies in `deliveries`. */
  sent?: OfferForApp;
}

/** The best ten explain a decision; the rest can be computed again from the revision and the facts. */
const CONSIDERED_KEPT = 10;
/** Whoever decided delivers at once; a worker takes over when that has not happened so long after the app's patience. */
const REDRIVE_AFTER_MS = 500;

const WITH_COUPON = new Set(['percentOff', 'amountOff', 'gift']);

/** Writes decisions, and what a granted offer leaves behind, inside the group commit. */
@Injectable()
export class LedgerWriter {
  constructor(
    private readonly outbox: Outbox,
    private readonly offers: OfferWriter,
    private readonly clock: Clock,
  ) {}

  write(tx: Transaction, ruled: Ruled[]): void {
    if (ruled.length === 0) return;
    const made = ruled.flatMap((each) => {
      const { winner, chosen, outcome } = each.granted;
      if (outcome !== 'offer' || winner === undefined || chosen === undefined) return [];
      const code = WITH_COUPON.has(winner.document.reward.type)
        ? couponCode(this.clock.chance(16))
        : undefined;
      each.sent = this.offers.write(chosen, each.pending, code, this.clock.now());
      return [{ ...each, sent: each.sent, winner, chosen, code }];
    });
    tx.send(WRITE, [
      JSON.stringify(ruled.map((each) => decisionRow(each, this.#ghostOf(each)))),
      JSON.stringify(made.map(capEventRow)),
      JSON.stringify(made.map(deliveryRow)),
      JSON.stringify(made.filter(({ code }) => code !== undefined).map(couponRow)),
      JSON.stringify(made.flatMap(({ chosen, pending }) => trialRow(chosen, pending) ?? [])),
    ]);
    this.outbox.send(
      tx,
      made.map(({ pending: { deliveryId, shopperId }, winner }) => ({
        id: deliveryId,
        event: 'offer.granted' as const,
        payload: { deliveryId, shopperId },
        dueAt: this.clock.now() + patienceOf(winner) + REDRIVE_AFTER_MS,
      })),
    );
  }

  /** What an offer that is held back would have said; where, and which it is, stands in the row. */
  #ghostOf({ pending, granted: { outcome, chosen }, ruledAt }: Ruled): Ghost | undefined {
    if (outcome !== 'ghost' || chosen === undefined) return undefined;
    const {
      offerId: _which,
      storeId: _where,
      zoneId: _zone,
      ...words
    } = this.offers.inWords(chosen, pending, ruledAt);
    return words;
  }
}

/** The words, reward and end of an offer that was not made, as the app would have got them. */
export type Ghost = Omit<OfferInWords, 'offerId' | 'storeId' | 'zoneId'>;

interface Made extends Ruled {
  sent: OfferForApp;
  winner: LiveOffer;
  chosen: Considered;
  code: string | undefined;
}

/** Five tables in one round trip. Nothing is read here, so one snapshot for all of it does no harm. */
const WRITE = `
  WITH cap_rows AS (
    INSERT INTO cap_events SELECT * FROM json_to_recordset($2::json) AS row (
      decision_id uuid, shopper_id text, at timestamptz, offer_id uuid, visit_id uuid, tags text[],
      exclusion_group text, counts_globally boolean)
  ), delivery_rows AS (
    INSERT INTO deliveries (delivery_id, decision_id, shopper_id, offer_id, store_id, zone_id, visit_id, offer,
                            categories, created_at, expires_at, patience_ms)
    SELECT * FROM json_to_recordset($3::json) AS row (
      delivery_id uuid, decision_id uuid, shopper_id text, offer_id uuid, store_id text, zone_id text, visit_id uuid,
      offer jsonb, categories text[], created_at timestamptz, expires_at timestamptz, patience_ms integer)
  ), coupon_rows AS (
    INSERT INTO coupons (code, offer_id, revision, decision_id, delivery_id, shopper_id, store_id, reward,
                         qualifies, issued_at, expires_at)
    SELECT * FROM json_to_recordset($4::json) AS row (
      code text, offer_id uuid, revision integer, decision_id uuid, delivery_id uuid, shopper_id text, store_id text,
      reward jsonb, qualifies jsonb, issued_at timestamptz, expires_at timestamptz)
  ), trial_rows AS (
    INSERT INTO response_trials (decision_id, offer_id, kind, category, product_ids, categories, organic, response,
                                 taken, need, margin, cost, made_at, look_at)
    SELECT * FROM json_to_recordset($5::json) AS row (
      decision_id uuid, offer_id uuid, kind text, category text, product_ids text[], categories text[],
      organic double precision, response double precision, taken double precision, need double precision,
      margin double precision, cost double precision, made_at timestamptz, look_at timestamptz)
  )
  INSERT INTO decisions (decision_id, change_id, shopper_id, store_id, visit_id, zone_id, on_trigger, at, outcome,
                         reason, offer_id, revision, delivery_id, considered, latency, policy, product_id,
                         held_out_of, universal_share, ghost)
  SELECT * FROM json_to_recordset($1::json) AS row (
    decision_id uuid, change_id uuid, shopper_id text, store_id text, visit_id uuid, zone_id text, on_trigger text,
    at timestamptz, outcome text, reason text, offer_id uuid, revision integer, delivery_id uuid,
    considered jsonb, latency jsonb, policy text, product_id text,
    held_out_of text, universal_share real, ghost jsonb)`;

function decisionRow({ pending, granted, ruledAt }: Ruled, ghost: Ghost | undefined): object {
  return {
    decision_id: pending.decisionId,
    change_id: pending.changeId,
    shopper_id: pending.shopperId,
    store_id: pending.storeId,
    visit_id: pending.visitId,
    zone_id: pending.zoneId ?? null,
    on_trigger: pending.on,
    at: toRfc3339(pending.at),
    outcome: granted.outcome,
    reason: granted.reason ?? null,
    offer_id: granted.winner?.offerId ?? null,
    revision: granted.winner?.revision ?? null,
    delivery_id: granted.outcome === 'offer' ? pending.deliveryId : null,
    considered: granted.considered.filter(isKept).map(lineOf),
    latency: { ...pending.latencyMs, decided: ruledAt - pending.receivedAt },
    policy: granted.policy,
    product_id: granted.chosen?.lead?.product?.productId ?? null,
    held_out_of: granted.heldOutOf ?? null,
    universal_share: granted.universalShare || null,
    ghost: ghost ?? null,
  };
}

/** The best, and whatever else might have been chosen. */
function isKept({ propensity = 0 }: Considered, rank: number): boolean {
  return rank < CONSIDERED_KEPT || propensity > 0;
}

function capEventRow({ pending, winner }: Made): object {
  const { at, offerId, visitId, tags, exclusionGroup, countsGlobally } = capEventOf(winner, pending);
  return {
    decision_id: pending.decisionId,
    shopper_id: pending.shopperId,
    at: toRfc3339(at),
    offer_id: offerId,
    visit_id: visitId,
    tags,
    exclusion_group: exclusionGroup ?? null,
    counts_globally: countsGlobally,
  };
}

function deliveryRow({ pending, sent, winner, ruledAt }: Made): object {
  return {
    delivery_id: pending.deliveryId,
    decision_id: pending.decisionId,
    shopper_id: pending.shopperId,
    offer_id: winner.offerId,
    store_id: pending.storeId,
    zone_id: pending.zoneId ?? null,
    visit_id: pending.visitId,
    offer: sent,
    categories: [...winner.target.categories],
    created_at: toRfc3339(ruledAt),
    expires_at: sent.expiresAt,
    patience_ms: patienceOf(winner),
  };
}

function couponRow({ pending, sent, winner, chosen, code, ruledAt }: Made): object {
  return {
    code,
    offer_id: winner.offerId,
    revision: winner.revision,
    decision_id: pending.decisionId,
    delivery_id: pending.deliveryId,
    shopper_id: pending.shopperId,
    store_id: pending.storeId,
    reward: winner.document.reward,
    qualifies: qualifying(winner, chosen.lead?.product),
    issued_at: toRfc3339(ruledAt),
    expires_at: sent.expiresAt,
  };
}
