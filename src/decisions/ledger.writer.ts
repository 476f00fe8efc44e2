import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { couponCode } from '../coupons/index.js';
import { leadsTo, type LiveOffer } from '../offers/index.js';
import { Clock, Outbox, timestamp, type Queryable } from '../platform/index.js';
import type { Instant } from '../shared/index.js';
import { lineOf, type Granted, type Pending } from './decision.js';
import { capEventOf } from './grant.rules.js';
import { OfferWriter, type OfferForApp } from './offer.writer.js';

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
/** Whoever decided delivers at once; a worker takes over when that has not happened by then. */
const REDRIVE_AFTER_MS = 2_000;

const WITH_COUPON = new Set(['percentOff', 'amountOff', 'gift']);

/** Writes decisions, and what a granted offer leaves behind, inside the group commit: by `unnest`, a statement a table. */
@Injectable()
export class LedgerWriter {
  constructor(
    private readonly outbox: Outbox,
    private readonly offers: OfferWriter,
    private readonly clock: Clock,
  ) {}

  async write(tx: Queryable, ruled: Ruled[]): Promise<void> {
    if (ruled.length === 0) return;
    const made = ruled.flatMap((each) => {
      const { winner, outcome } = each.granted;
      if (outcome !== 'offer' || winner === undefined) return [];
      const code = WITH_COUPON.has(winner.document.reward.type) ? couponCode(randomBytes(16)) : undefined;
      each.sent = this.offers.write(winner, each.pending, code, this.clock.now());
      return [{ ...each, sent: each.sent, winner, code }];
    });
    await writeDecisions(tx, ruled);
    if (made.length === 0) return;
    await writeCapEvents(tx, made);
    await writeDeliveries(tx, made);
    await writeCoupons(tx, made);
    await this.outbox.write(
      tx,
      made.map(({ pending: { deliveryId, shopperId } }) => ({
        id: deliveryId,
        event: 'offer.granted' as const,
        payload: { deliveryId, shopperId },
        dueAt: this.clock.now() + REDRIVE_AFTER_MS,
      })),
    );
  }
}

interface Made extends Ruled {
  sent: OfferForApp;
  winner: LiveOffer;
  code: string | undefined;
}

async function writeDecisions(tx: Queryable, ruled: readonly Ruled[]): Promise<void> {
  const rows = ruled.map(({ pending, granted, ruledAt }) => ({
    decision_id: pending.decisionId,
    change_id: pending.changeId,
    shopper_id: pending.shopperId,
    store_id: pending.storeId,
    visit_id: pending.visitId,
    zone_id: pending.zoneId ?? null,
    on_trigger: pending.on,
    at: new Date(pending.at).toISOString(),
    outcome: granted.outcome,
    reason: granted.reason ?? null,
    offer_id: granted.winner?.offerId ?? null,
    revision: granted.winner?.revision ?? null,
    delivery_id: granted.outcome === 'offer' ? pending.deliveryId : null,
    considered: granted.considered.slice(0, CONSIDERED_KEPT).map(lineOf),
    latency: { ...pending.latencyMs, decided: ruledAt - pending.receivedAt },
  }));
  await tx.run(
    `INSERT INTO decisions SELECT * FROM jsonb_to_recordset($1::jsonb) AS row (
       decision_id uuid, change_id uuid, shopper_id text, store_id text, visit_id uuid, zone_id text, on_trigger text,
       at timestamptz, outcome text, reason text, offer_id uuid, revision integer, delivery_id uuid,
       considered jsonb, latency jsonb)`,
    [JSON.stringify(rows)],
  );
}

async function writeCapEvents(tx: Queryable, made: readonly Made[]): Promise<void> {
  const rows = made.map(({ pending, winner }) => {
    const { at, offerId, visitId, tags, exclusionGroup, countsGlobally } = capEventOf(winner, pending);
    return {
      decision_id: pending.decisionId,
      shopper_id: pending.shopperId,
      at: new Date(at).toISOString(),
      offer_id: offerId,
      visit_id: visitId,
      tags,
      exclusion_group: exclusionGroup ?? null,
      counts_globally: countsGlobally,
    };
  });
  await tx.run(
    `INSERT INTO cap_events SELECT * FROM jsonb_to_recordset($1::jsonb) AS row (
       decision_id uuid, shopper_id text, at timestamptz, offer_id uuid, visit_id uuid, tags text[],
       exclusion_group text, counts_globally boolean)`,
    [JSON.stringify(rows)],
  );
}

async function writeDeliveries(tx: Queryable, made: readonly Made[]): Promise<void> {
  await tx.run(
    `INSERT INTO deliveries (delivery_id, decision_id, shopper_id, offer_id, store_id, zone_id, visit_id, offer,
                             categories, created_at, expires_at)
     SELECT delivery_id, decision_id, shopper_id, offer_id, store_id, zone_id, visit_id, offer,
            categories, created_at, expires_at
     FROM jsonb_to_recordset($1::jsonb) AS row (
       delivery_id uuid, decision_id uuid, shopper_id text, offer_id uuid, store_id text, zone_id text, visit_id uuid,
       offer jsonb, categories text[], created_at timestamptz, expires_at timestamptz)`,
    [
      JSON.stringify(
        made.map(({ pending, sent, winner, ruledAt }) => ({
          delivery_id: pending.deliveryId,
          decision_id: pending.decisionId,
          shopper_id: pending.shopperId,
          offer_id: winner.offerId,
          store_id: pending.storeId,
          zone_id: pending.zoneId ?? null,
          visit_id: pending.visitId,
          offer: sent,
          categories: [...winner.target.categories],
          created_at: new Date(ruledAt).toISOString(),
          expires_at: sent.expiresAt,
        })),
      ),
    ],
  );
}

async function writeCoupons(tx: Queryable, made: readonly Made[]): Promise<void> {
  const coupons = made.filter(({ code }) => code !== undefined);
  if (coupons.length === 0) return;
  await tx.run(
    `INSERT INTO coupons (code, offer_id, revision, decision_id, delivery_id, shopper_id, store_id, reward,
                          qualifies, issued_at, expires_at)
     SELECT code, offer_id, revision, decision_id, delivery_id, shopper_id, store_id, reward, qualifies, $2, expires_at
     FROM jsonb_to_recordset($1::jsonb) AS row (
       code text, offer_id uuid, revision integer, decision_id uuid, delivery_id uuid, shopper_id text, store_id text,
       reward jsonb, qualifies jsonb, expires_at timestamptz)`,
    [
      JSON.stringify(
        coupons.map(({ pending, sent, winner, code }) => ({
          code,
          offer_id: winner.offerId,
          revision: winner.revision,
          decision_id: pending.decisionId,
          delivery_id: pending.deliveryId,
          shopper_id: pending.shopperId,
          store_id: pending.storeId,
          reward: winner.document.reward,
          qualifies: leadsTo(winner.document),
          expires_at: sent.expiresAt,
        })),
      ),
      timestamp(made[0]?.ruledAt ?? 0),
    ],
  );
}
