import { Injectable } from '@nestjs/common';
import type { OfferForApp } from '../../decisions/index.js';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { DeliveryId, Instant, ShopperId } from '../../shared/index.js';
import { giveBack, UNREACHABLE } from './giving-back.js';
import { refusalOf, type Outcome, type Standing, type Trying } from './attempt.rules.js';

/** A device that this sender may send to now. */
export interface Claimed extends Trying {
  deviceId: string;
  token: string;
  /** Which registration of the device the token is of. */
  registration: string;
}

export interface Claim {
  offer: OfferForApp;
  expiresAt: Instant;
  /** When what led to it was received; undefined where the ledger does not say. */
  receivedAt: Instant | undefined;
  devices: Claimed[];
}

/** What came of one device. */
export interface Settled {
  device: Claimed;
  outcome: Outcome;
}

/** Where all the attempts of a delivery stand. */
export interface Progress {
  /** When to look again; null when all are over. */
  nextAt: Instant | null;
  /** It is certain that no app and no phone has the offer, nor will have it. */
  unreachable: boolean;
}

interface DeliveryRow extends Standing {
  shopperId: ShopperId;
  offer: OfferForApp;
  createdAt: Instant;
  decidedMs: number | null;
  settledAt: Instant | null;
}

/** Longer than a try may take. */
const LEASE_MS = 10_000;
/** Of one shopper, those seen last. */
const MOST_DEVICES = 10;

/** The attempts to push: who may send to which device, and what came of it. */
@Injectable()
export class PushesRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes the devices that are due, for as long as a try may take, where the delivery may still be pushed; where it may
   * not, what waits is cancelled. What a sender that died has left may have been sent.
   *
   * @returns undefined when nothing is to be pushed, now or later
   */
  claim(deliveryId: DeliveryId, lease: string, now: Instant): Promise<Claim | undefined> {
    return this.database.transaction(async (tx) => {
      const delivery = await standingOf(tx, deliveryId);
      if (delivery === undefined || delivery.settledAt !== null) return undefined;
      const refusal = refusalOf(delivery, now);
      if (refusal !== undefined) {
        await cancel(tx, deliveryId, refusal, now);
        return undefined;
      }
      await listDevices(tx, deliveryId, delivery.shopperId, now);
      const devices = await tx.query<Claimed>(
        `UPDATE pushes SET state = 'sending', tries = tries + 1, lease = $2, leased_until = $4,
           maybe_delivered = maybe_delivered OR state = 'sending'
         FROM devices
         WHERE pushes.delivery_id = $1
           AND devices.shopper_id = $5 AND devices.device_id = pushes.device_id AND devices.push_token IS NOT NULL
           AND (state = 'waiting' AND due_at <= $3 OR state = 'sending' AND leased_until <= $3)
         RETURNING pushes.device_id AS "deviceId", devices.push_token AS token,
           devices.updated_at::text AS registration, tries, maybe_delivered AS "maybeDelivered"`,
        [deliveryId, lease, timestamp(now), timestamp(now + LEASE_MS), delivery.shopperId],
      );
      const { offer, expiresAt, createdAt, decidedMs } = delivery;
      return {
        offer,
        expiresAt,
        receivedAt: decidedMs === null ? undefined : createdAt - decidedMs,
        devices,
      };
    });
  }

  /** Writes down what came of the tries under `lease`, and forgets tokens that lead nowhere. */
  async record(
    deliveryId: DeliveryId,
    lease: string,
    settled: readonly Settled[],
    now: Instant,
  ): Promise<void> {
    if (settled.length === 0) return;
    const gone = settled.filter(({ outcome }) => outcome.state === 'gone').map(({ device }) => device);
    await this.database.transaction(async (tx) => {
      await tx.run(RECORD, [
        deliveryId,
        lease,
        JSON.stringify(
          settled.map(({ device, outcome }) => ({
            device_id: device.deviceId,
            state: outcome.state,
            why: outcome.why,
            tries: outcome.tries,
            maybe_delivered: outcome.maybeDelivered,
            due_at: outcome.dueAt === null ? null : timestamp(outcome.dueAt),
          })),
        ),
        timestamp(now),
      ]);
      if (settled.some(({ outcome }) => outcome.state === 'accepted')) {
        await tx.run('UPDATE deliveries SET pushed_at = coalesce(pushed_at, $2) WHERE delivery_id = $1', [
          deliveryId,
          timestamp(now),
        ]);
      }
      // A token that was registered again since is a new one, though it be the same.
      await tx.run(
        `UPDATE devices SET push_token = NULL
         FROM unnest($1::text[], $2::text[]) AS gone (token, registration)
         WHERE push_token = gone.token AND updated_at = gone.registration::timestamptz`,
        [gone.map(({ token }) => token), gone.map(({ registration }) => registration)],
      );
    });
  }

  /** @param now when what has no device any more is given up */
  async progressOf(deliveryId: DeliveryId, now: Instant): Promise<Progress> {
    await this.database.run(GIVE_UP, [deliveryId, timestamp(now)]);
    const [row] = await this.database.query<Progress>(PROGRESS, [deliveryId]);
    return row ?? { nextAt: null, unreachable: false };
  }

  /** Takes back what reached nobody, if that is still so. */
  async giveBack(deliveryId: DeliveryId, now: Instant): Promise<void> {
    await this.database.transaction((tx) => giveBack(tx, deliveryId, now));
  }

  /** From now on nothing of it is pushed. */
  async settle(deliveryId: DeliveryId, now: Instant): Promise<void> {
    await this.database.run(
      'UPDATE deliveries SET push_settled_at = coalesce(push_settled_at, $2) WHERE delivery_id = $1',
      [deliveryId, timestamp(now)],
    );
  }
}

async function standingOf(tx: Queryable, deliveryId: DeliveryId): Promise<DeliveryRow | undefined> {
  const [row] = await tx.query<DeliveryRow>(
    `SELECT d.shopper_id AS "shopperId", d.offer, d.expires_at AS "expiresAt", d.created_at AS "createdAt",
       d.acknowledged_at AS "acknowledgedAt", d.closed_at AS "closedAt", d.push_settled_at AS "settledAt",
       v.ended_at AS "visitEndedAt",
       (SELECT (latency->>'decided')::float8 FROM decisions
        WHERE decisions.decision_id = d.decision_id) AS "decidedMs",
       (SELECT count(*) FROM consents
        WHERE consents.shopper_id = d.shopper_id AND purpose IN ('push', 'location') AND granted) = 2 AS consents
     FROM deliveries d LEFT JOIN visits v USING (visit_id) WHERE d.delivery_id = $1 FOR UPDATE OF d`,
    [deliveryId],
  );
  return row;
}

async function cancel(tx: Queryable, deliveryId: DeliveryId, why: string, now: Instant): Promise<void> {
  await tx.run(
    `UPDATE pushes SET state = CASE WHEN $2 = 'expired' THEN 'expired' ELSE 'cancelled' END, why = $2, settled_at = $3
     WHERE delivery_id = $1 AND state = 'waiting'`,
    [deliveryId, why, timestamp(now)],
  );
}

async function listDevices(
  tx: Queryable,
  deliveryId: DeliveryId,
  shopperId: ShopperId,
  now: Instant,
): Promise<void> {
  await tx.run(
    `INSERT INTO pushes (delivery_id, device_id, shopper_id, state, due_at)
     SELECT $1, device_id, shopper_id, 'waiting', $3 FROM devices
     WHERE shopper_id = $2 AND push_token IS NOT NULL ORDER BY updated_at DESC LIMIT $4
     ON CONFLICT DO NOTHING`,
    [deliveryId, shopperId, timestamp(now), MOST_DEVICES],
  );
}

/** Under the lease only: whoever lost it has nothing to say. */
const RECORD = `
  UPDATE pushes SET state = row.state, why = row.why, tries = row.tries, maybe_delivered = row.maybe_delivered,
    due_at = coalesce(row.due_at, pushes.due_at), lease = NULL, leased_until = NULL,
    settled_at = CASE WHEN row.state = 'waiting' THEN NULL ELSE $4::timestamptz END
  FROM jsonb_to_recordset($3::jsonb) AS row (
    device_id text, state text, why text, tries integer, maybe_delivered boolean, due_at timestamptz)
  WHERE pushes.delivery_id = $1 AND pushes.lease = $2 AND pushes.device_id = row.device_id`;

/** A device that lost its token while it waited is reached by nothing. */
const GIVE_UP = `
  UPDATE pushes SET state = 'gone', why = 'unregistered', settled_at = $2
  WHERE delivery_id = $1 AND state = 'waiting' AND NOT EXISTS (
    SELECT FROM devices WHERE devices.shopper_id = pushes.shopper_id AND devices.device_id = pushes.device_id
      AND push_token IS NOT NULL)`;

const PROGRESS = `
  SELECT min(CASE state WHEN 'waiting' THEN due_at WHEN 'sending' THEN leased_until END) AS "nextAt",
    ${UNREACHABLE} AS unreachable
  FROM pushes WHERE delivery_id = $1`;
