import { Injectable } from '@nestjs/common';
import type { OfferForApp } from '../../decisions/index.js';
import { Database, timestamp, type Queryable } from '../../platform/index.js';
import type { DeliveryId, Instant, ShopperId } from '../../shared/index.js';
import { giveBack, unreachable } from './giving-back.js';
import { refusalOf, type Outcome, type Standing, type Trying } from './attempt.rules.js';

/** A device that this sender may send to now. */
export interface Claimed extends Trying {
  deviceId: string;
  token: string;
  /** Which registration of the device the token is of. */
  registration: string;
}

export interface Claim {
  /** Whoever has another one by now has lost these devices. */
  lease: string;
  offer: OfferForApp;
  expiresAt: Instant;
  /** When what led to it was received; undefined where the ledger does not say. */
  receivedAt: Instant | undefined;
  devices: Claimed[];
}

/** What came of one device, tried under a lease. */
export interface Settled {
  deliveryId: DeliveryId;
  lease: string;
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

/** A shopper without a device has no attempts. */
const NOTHING_TO_SEND: Progress = { nextAt: null, unreachable: false };

/** Nothing is left to be done, nor to be taken back. */
export function isOver(progress: Progress | undefined): boolean {
  return progress?.nextAt === null && !progress.unreachable;
}

interface DeliveryRow extends Standing {
  deliveryId: DeliveryId;
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
   * Takes the devices that are due, for as long as a try may take, where a delivery may still be pushed; where it may
   * not, what waits is cancelled. What a sender that died has left may have been sent.
   *
   * @returns by delivery; missing when nothing is to be pushed, now or later
   */
  claim(
    deliveryIds: readonly DeliveryId[],
    lease: string,
    now: Instant,
  ): Promise<ReadonlyMap<DeliveryId, Claim>> {
    return this.database.transaction(async (tx) => {
      const open = (await tx.query<DeliveryRow>(STANDING, [deliveryIds])).filter(
        ({ settledAt }) => settledAt === null,
      );
      const refused = open.flatMap(({ deliveryId, ...standing }) => {
        const why = refusalOf(standing, now);
        return why === undefined ? [] : [{ deliveryId, why }];
      });
      if (refused.length > 0) {
        const ids = refused.map(({ deliveryId }) => deliveryId);
        await tx.run(CANCEL, [ids, refused.map(({ why }) => why), timestamp(now)]);
      }
      const refusedIds = new Set(refused.map(({ deliveryId }) => deliveryId));
      const pushed = open.filter(({ deliveryId }) => !refusedIds.has(deliveryId));
      return claimsOf(pushed, lease, await takeDevices(tx, pushed, lease, now));
    });
  }

  /**
   * Writes down what came of tries, forgets tokens that lead nowhere, and gives up devices that have none any more.
   * Deliveries that are over are settled, but for those that reached nobody.
   *
   * @returns where each delivery stands, in their order
   */
  record(deliveryIds: readonly DeliveryId[], settled: readonly Settled[], now: Instant): Promise<Progress[]> {
    const accepted = settled.filter(({ outcome }) => outcome.state === 'accepted');
    const gone = settled.filter(({ outcome }) => outcome.state === 'gone').map(({ device }) => device);
    return this.database.transaction(async (tx) => {
      // In one order, as receipts lock them.
      await tx.run('SELECT FROM deliveries WHERE delivery_id = ANY($1) ORDER BY delivery_id FOR UPDATE', [
        deliveryIds,
      ]);
      if (settled.length > 0) await tx.run(RECORD, [JSON.stringify(settled.map(rowOf)), timestamp(now)]);
      // A token that was registered again since is a new one, though it be the same.
      if (gone.length > 0) {
        await tx.run(FORGET, [gone.map(({ token }) => token), gone.map(({ registration }) => registration)]);
      }
      await tx.run(GIVE_UP, [deliveryIds, timestamp(now)]);
      const rows = await tx.query<Progress & { deliveryId: DeliveryId }>(PROGRESS, [deliveryIds]);
      const found = new Map(rows.map(({ deliveryId, ...progress }) => [deliveryId, progress]));
      const progress = deliveryIds.map((deliveryId) => found.get(deliveryId) ?? NOTHING_TO_SEND);
      await tx.run(SETTLE, [
        accepted.map(({ deliveryId }) => deliveryId),
        deliveryIds.filter((_, place) => isOver(progress[place])),
        timestamp(now),
      ]);
      return progress;
    });
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

const STANDING = `
  SELECT d.delivery_id AS "deliveryId", d.shopper_id AS "shopperId", d.offer, d.expires_at AS "expiresAt",
    d.created_at AS "createdAt", d.acknowledged_at AS "acknowledgedAt", d.closed_at AS "closedAt",
    d.push_settled_at AS "settledAt", v.ended_at AS "visitEndedAt",
    (SELECT (latency->>'decided')::float8 FROM decisions
     WHERE decisions.decision_id = d.decision_id) AS "decidedMs",
    (SELECT count(*) FROM consents
     WHERE consents.shopper_id = d.shopper_id AND purpose IN ('push', 'location') AND granted) = 2 AS consents
  FROM deliveries d LEFT JOIN visits v USING (visit_id)
  WHERE d.delivery_id = ANY($1) ORDER BY d.delivery_id FOR UPDATE OF d`;

const CANCEL = `
  UPDATE pushes SET state = CASE WHEN refused.why = 'expired' THEN 'expired' ELSE 'cancelled' END,
    why = refused.why, settled_at = $3
  FROM unnest($1::uuid[], $2::text[]) AS refused (delivery_id, why)
  WHERE pushes.delivery_id = refused.delivery_id AND state = 'waiting'`;

const LIST_DEVICES = `
  INSERT INTO pushes (delivery_id, device_id, shopper_id, state, due_at)
  SELECT given.delivery_id, newest.device_id, given.shopper_id, 'waiting', $3::timestamptz
  FROM unnest($1::uuid[], $2::text[]) AS given (delivery_id, shopper_id)
  CROSS JOIN LATERAL (
    SELECT device_id FROM devices WHERE devices.shopper_id = given.shopper_id AND push_token IS NOT NULL
    ORDER BY updated_at DESC LIMIT $4) AS newest
  ON CONFLICT DO NOTHING`;

const TAKE_DEVICES = `
  UPDATE pushes SET state = 'sending', tries = tries + 1, lease = $3, leased_until = $5,
    maybe_delivered = maybe_delivered OR state = 'sending'
  FROM devices JOIN unnest($1::uuid[], $2::text[]) AS given (delivery_id, shopper_id) USING (shopper_id)
  WHERE pushes.delivery_id = given.delivery_id AND devices.device_id = pushes.device_id
    AND devices.push_token IS NOT NULL
    AND (state = 'waiting' AND due_at <= $4 OR state = 'sending' AND leased_until <= $4)
  RETURNING pushes.delivery_id AS "deliveryId", pushes.device_id AS "deviceId", devices.push_token AS token,
    devices.updated_at::text AS registration, tries, maybe_delivered AS "maybeDelivered"`;

type Taken = Claimed & { deliveryId: DeliveryId };

async function takeDevices(
  tx: Queryable,
  deliveries: readonly DeliveryRow[],
  lease: string,
  now: Instant,
): Promise<Taken[]> {
  if (deliveries.length === 0) return [];
  const ids = deliveries.map(({ deliveryId }) => deliveryId);
  const shoppers = deliveries.map(({ shopperId }) => shopperId);
  await tx.run(LIST_DEVICES, [ids, shoppers, timestamp(now), MOST_DEVICES]);
  return tx.query<Taken>(TAKE_DEVICES, [ids, shoppers, lease, timestamp(now), timestamp(now + LEASE_MS)]);
}

function claimsOf(
  deliveries: readonly DeliveryRow[],
  lease: string,
  taken: readonly Taken[],
): Map<DeliveryId, Claim> {
  const claims = new Map<DeliveryId, Claim>();
  for (const { deliveryId, offer, expiresAt, createdAt, decidedMs } of deliveries) {
    const receivedAt = decidedMs === null ? undefined : createdAt - decidedMs;
    claims.set(deliveryId, { lease, offer, expiresAt, receivedAt, devices: [] });
  }
  for (const { deliveryId, ...device } of taken) claims.get(deliveryId)?.devices.push(device);
  return claims;
}

function rowOf({ deliveryId, lease, device, outcome }: Settled): object {
  return {
    delivery_id: deliveryId,
    lease,
    device_id: device.deviceId,
    state: outcome.state,
    why: outcome.why,
    tries: outcome.tries,
    maybe_delivered: outcome.maybeDelivered,
    due_at: outcome.dueAt === null ? null : timestamp(outcome.dueAt),
  };
}

/** Under the lease only: whoever lost it has nothing to say. */
const RECORD = `
  UPDATE pushes SET state = row.state, why = row.why, tries = row.tries, maybe_delivered = row.maybe_delivered,
    due_at = coalesce(row.due_at, pushes.due_at), lease = NULL, leased_until = NULL,
    settled_at = CASE WHEN row.state = 'waiting' THEN NULL ELSE $2::timestamptz END
  FROM jsonb_to_recordset($1::jsonb) AS row (delivery_id uuid, lease uuid, device_id text, state text, why text,
    tries integer, maybe_delivered boolean, due_at timestamptz)
  WHERE pushes.delivery_id = row.delivery_id AND pushes.lease = row.lease AND pushes.device_id = row.device_id`;

const FORGET = `
  UPDATE devices SET push_token = NULL
  FROM unnest($1::text[], $2::text[]) AS gone (token, registration)
  WHERE push_token = gone.token AND updated_at = gone.registration::timestamptz`;

/** A device that lost its token while it waited is reached by nothing. */
const GIVE_UP = `
  UPDATE pushes SET state = 'gone', why = 'unregistered', settled_at = $2
  WHERE delivery_id = ANY($1) AND state = 'waiting' AND NOT EXISTS (
    SELECT FROM devices WHERE devices.shopper_id = pushes.shopper_id AND devices.device_id = pushes.device_id
      AND push_token IS NOT NULL)`;

const PROGRESS = `
  SELECT delivery_id AS "deliveryId",
    min(CASE state WHEN 'waiting' THEN due_at WHEN 'sending' THEN leased_until END) AS "nextAt",
    ${unreachable('pushes.delivery_id')} AS unreachable
  FROM pushes WHERE delivery_id = ANY($1) GROUP BY delivery_id`;

const SETTLE = `
  UPDATE deliveries SET
    pushed_at = CASE WHEN delivery_id = ANY($1::uuid[]) THEN coalesce(pushed_at, $3) ELSE pushed_at END,
    push_settled_at = CASE WHEN delivery_id = ANY($2::uuid[]) THEN coalesce(push_settled_at, $3) ELSE push_settled_at END
  WHERE delivery_id = ANY($1::uuid[]) OR delivery_id = ANY($2::uuid[])`;
