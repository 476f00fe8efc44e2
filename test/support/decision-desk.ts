import type { PresenceChange } from '../../src/presence/index.js';
import {
  uuidV7,
  type ChangeId,
  type ShopperId,
  type StoreId,
  type VisitId,
  type ZoneId,
} from '../../src/shared/index.js';
import { randomBytes } from 'node:crypto';
import type { Call } from './http.js';
import type { Shop } from './shop.js';

/** What a test of decisions needs of a shop, in this process or in others. */
export interface Premises {
  call: Call;
  serviceKey: string;
  staff(role: 'marketer' | 'approver'): Promise<{ token: string }>;
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export function premisesOf(shop: Shop): Premises {
  return {
    call: shop.call,
    serviceKey: shop.serviceKey,
    staff: (role) => shop.staff(role),
    query: (sql, values) => shop.database.query(sql, values),
  };
}

const layout = {
  name: 'Corner Market',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  zones: [{ zoneId: 'coffee', name: 'Coffee', kind: 'aisle' }],
  gateways: [{ gatewayId: 'gw', zoneId: 'coffee' }],
  beacons: [],
};

/** A corner shop for tests of limits: its offers, its shoppers, and their entries as the readers of streams get them. */
export class DecisionDesk {
  readonly #offers: string[] = [];

  private constructor(
    private readonly shop: Premises,
    private readonly staff: { marketer: string; approver: string },
  ) {}

  static async open(shop: Premises, over: object = {}): Promise<DecisionDesk> {
    await shop.call('PUT', '/v1/stores/corner', { as: shop.serviceKey, body: { ...layout, ...over } });
    const [marketer, approver] = [await shop.staff('marketer'), await shop.staff('approver')];
    return new DecisionDesk(shop, { marketer: marketer.token, approver: approver.token });
  }

  /** An offer that is live, and outside the global caps unless told otherwise. */
  async liveOffer(limits: object, more: object = {}): Promise<string> {
    const written = await this.shop.call('POST', '/v1/offers', {
      as: this.staff.marketer,
      body: {
        name: 'Fresh roast today',
        kind: 'message',
        trigger: { on: ['zoneEntered'] },
        content: { default: { title: 'Smell that?', body: 'We have just roasted' } },
        limits: { ignoresGlobalCaps: true, ...limits },
        ...more,
      },
    });
    expect(written.body).toMatchObject({ offerId: expect.any(String) });
    const offerId = written.body.offerId as string;
    await this.shop.call('POST', `/v1/offers/${offerId}/submit`, { as: this.staff.marketer });
    const approved = await this.shop.call('POST', `/v1/offers/${offerId}/approve`, {
      as: this.staff.approver,
    });
    expect(approved.status).toBe(200);
    this.#offers.push(offerId);
    return offerId;
  }

  /** A new revision of an offer, approved. */
  async revise(offerId: string, patch: object): Promise<void> {
    const path = `/v1/offers/${offerId}`;
    const { headers } = await this.shop.call('GET', path, { as: this.staff.marketer });
    const match = { 'if-match': headers.get('etag') ?? '' };
    const edited = await this.shop.call('PATCH', path, {
      as: this.staff.marketer,
      body: patch,
      headers: match,
    });
    expect(edited.status).toBe(200);
    await this.shop.call('POST', `${path}/submit`, { as: this.staff.marketer });
    const approved = await this.shop.call('POST', `${path}/approve`, { as: this.staff.approver });
    expect(approved.status).toBe(200);
  }

  async archiveAll(): Promise<void> {
    for (const offerId of this.#offers.splice(0)) {
      const archived = await this.shop.call('POST', `/v1/offers/${offerId}/archive`, {
        as: this.staff.marketer,
      });
      expect(archived.status).toBe(200);
    }
  }

  /** Shoppers who may be sensed. */
  async shoppers(prefix: string, count: number): Promise<ShopperId[]> {
    const ids = Array.from({ length: count }, (_, index) => `${prefix}-${index}` as ShopperId);
    await this.shop.query('INSERT INTO shoppers (shopper_id) SELECT * FROM unnest($1::text[])', [ids]);
    await this.shop.query(
      `INSERT INTO consents (shopper_id, purpose, granted, policy_version, source, at)
       SELECT id, 'location', true, '1', 'test', now() FROM unnest($1::text[]) AS id`,
      [ids],
    );
    return ids;
  }

  /** Replaces fields of the contact policy, and gives what puts it back. */
  async policy(over: object): Promise<() => Promise<void>> {
    const as = this.shop.serviceKey;
    const path = '/v1/policies/contact';
    const { body: before } = await this.shop.call('GET', path, { as });
    const put = async (body: object): Promise<void> => {
      const { headers } = await this.shop.call('GET', path, { as });
      const reply = await this.shop.call('PUT', path, {
        as,
        body,
        headers: { 'if-match': headers.get('etag')! },
      });
      expect(reply.status).toBe(200);
    };
    await put({ ...(before as object), ...over });
    return () => put(before as object);
  }

  /** How often each outcome, or reason of silence, was decided. */
  async outcomes(where: string, values: unknown[]): Promise<Record<string, number | undefined>> {
    const rows = await this.shop.query<{ outcome: string; count: number | string }>(
      `SELECT coalesce(reason, outcome) AS outcome, count(*) FROM decisions WHERE ${where} GROUP BY 1`,
      values,
    );
    return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, Number(count)]));
  }

  async countOf(table: string, where: string, values: unknown[]): Promise<number> {
    const rows = await this.shop.query<{ count: number | string }>(
      `SELECT count(*) FROM ${table} WHERE ${where}`,
      values,
    );
    return Number(rows[0]!.count);
  }
}

const newId = <Id extends string>(): Id => uuidV7(Date.now(), randomBytes(10)) as Id;

/** A shopper enters the coffee aisle of a shop. */
export function entryOf(
  shopperId: ShopperId,
  visitId = newId<VisitId>(),
  { at = Date.now(), storeId = 'corner' } = {},
): PresenceChange {
  return {
    kind: 'zoneEntered',
    changeId: newId<ChangeId>(),
    shopperId,
    storeId: storeId as StoreId,
    zoneId: 'coffee' as ZoneId,
    visitId,
    at,
    observedAt: at,
    receivedAt: at,
  };
}
