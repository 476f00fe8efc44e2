import { randomBytes, randomUUID } from 'node:crypto';
import { StaffAccounts } from '../../src/access/index.js';
import type { Principal, StaffRole, VisitId } from '../../src/shared/index.js';
import { VisitAliases } from '../../src/associates/visits/visit-aliases.js';
import { deliver } from './deliveries.js';
import type { Reply } from './http.js';
import { startShop, type Shop } from './shop.js';

/** The principals of the table of routes, in the order of its columns. */
export const COLUMNS = [
  'anonymous',
  'ann',
  'bob',
  'gateway of north',
  'gateway of south',
  'till of north',
  'till of south',
  'associate of north',
  'associate of south',
  'marketer',
  'approver',
  'analyst',
  'admin',
  'service',
  'all roles, kept to south',
] as const;
export type Column = (typeof COLUMNS)[number];

const PASSWORD = 'correct horse battery';
const ALL_ROLES: StaffRole[] = ['admin', 'marketer', 'approver', 'associate', 'analyst'];
const STAFF: readonly [Column, StaffRole[], string[]][] = [
  ['associate of north', ['associate'], ['north']],
  ['associate of south', ['associate'], ['south']],
  ['marketer', ['marketer'], []],
  ['approver', ['approver'], []],
  ['analyst', ['analyst'], []],
  ['admin', ['admin'], []],
  ['all roles, kept to south', ALL_ROLES, ['south']],
];
const OPERATOR: Principal = {
  kind: 'staff',
  staffId: '00000000-0000-7000-8000-000000000000' as never,
  roles: ['admin'],
  storeIds: [],
};

/** One shop with two stores and everybody who could come to its doors; what is asked for is of `north`, or ann's. */
export class World {
  readonly credentials = new Map<Column, string | undefined>();
  /** What fills the places of a path, unless its line says otherwise. */
  readonly ids: Record<string, string> = {
    storeId: 'north',
    shopperId: 'ann',
    gatewayId: 'gw-north',
    format: 'minew',
    productId: 'filters',
    purpose: 'location',
    segmentId: 'locals',
    template: 'lapsing',
    keyId: randomUUID(),
  };
  readonly segment = {
    name: 'Locals',
    rule: { combinator: 'and', rules: [{ field: 'shopper.locale', operator: 'notNull' }] },
  };
  policy: unknown;
  readonly #emails = new Map<string, string>();
  readonly #sessions = new Map<string, string>();

  private constructor(readonly shop: Shop) {}

  static async open(): Promise<World> {
    const world = new World(await startShop({ ROLE: 'api' }));
    await world.#furnish();
    await world.#invite();
    await world.#leaveThings();
    return world;
  }

  /** What a principal holds; undefined for nobody. */
  credentialOf(column: Column): string | undefined {
    return this.credentials.get(column);
  }

  get signIn(): object {
    return { email: this.#emails.get('analyst'), password: PASSWORD };
  }

  layout(name: string): object {
    return {
      name,
      timeZone: 'Europe/Paris',
      currency: 'EUR',
      zones: [{ zoneId: `door-${name}`, name: 'Door', kind: 'entrance' }],
      gateways: [{ gatewayId: `gw-${name}`, zoneId: `door-${name}` }],
      beacons: [],
    };
  }

  /** A second session of a member of staff; of others what they have. */
  async freshSession(who: string): Promise<string> {
    const email = this.#emails.get(who);
    if (email === undefined) return this.credentials.get(who as Column) ?? '';
    const { body } = await this.shop.call('POST', '/v1/sessions', { body: { email, password: PASSWORD } });
    return body.token as string;
  }

  async freshKey(): Promise<string> {
    const body = { kind: 'service', label: 'fresh' };
    return (await this.#done('POST', '/v1/keys', body, 'admin')).body.keyId as string;
  }

  async freshShopper(): Promise<string> {
    const shopperId = randomUUID();
    await this.#done('PUT', `/v1/shoppers/${shopperId}`, {});
    return shopperId;
  }

  /** A shopper who was in a store. */
  async visitorOf(storeId: string): Promise<{ path: Record<string, string> }> {
    const shopperId = await this.freshShopper();
    await this.shop.database.run(
      `INSERT INTO visits (visit_id, shopper_id, store_id, started_at, via) VALUES ($1, $2, $3, now(), 'checkin')`,
      [randomUUID(), shopperId, storeId],
    );
    return { path: { shopperId } };
  }

  /** An account on a phone of the shop's own people. */
  async testPhone(): Promise<string> {
    const shopperId = await this.freshShopper();
    await this.#done('PUT', `/v1/shoppers/${shopperId}`, { attributes: { testPhone: true } });
    return shopperId;
  }

  /** The token of a shopper who has just come, for a shopper; of others what they have. */
  async freshToken(who: string): Promise<string> {
    if (who !== 'ann' && who !== 'bob') return this.credentials.get(who as Column) ?? '';
    return this.shop.shopperToken(await this.freshShopper());
  }

  /** What the visit of somebody who has just come to north is called there. */
  async freshVisit(): Promise<string> {
    const shopperId = await this.freshShopper();
    const said = { shopperId, granted: true, policyVersion: '1', source: 'test' };
    const consents = ['location', 'clienteling'].map((purpose) => ({ ...said, purpose }));
    await this.#done('POST', '/v1/consents', consents);
    return this.#visitOf(await this.shop.shopperToken(shopperId));
  }

  async #visitOf(token: string | undefined): Promise<string> {
    const { body } = await this.#by(token, 'POST', '/v1/checkins', { storeId: 'north', method: 'qr' });
    return this.shop.get(VisitAliases).aliasOf(body.visitId as VisitId);
  }

  async freshWebhook(): Promise<string> {
    const body = { url: 'https://1.1.1.1/hook', events: ['visit.started'] };
    return (await this.#done('POST', '/v1/webhooks', body, 'admin')).body.webhookId as string;
  }

  async freshSegment(): Promise<string> {
    const segmentId = randomUUID();
    await this.#done('PUT', `/v1/segments/${segmentId}`, this.segment);
    return segmentId;
  }

  async freshRecording(): Promise<string> {
    await this.endRecordings();
    const { body } = await this.#done('POST', '/v1/stores/north/recordings', { minutes: 1 });
    return body.recordingId as string;
  }

  /** One store records once at a time. */
  async endRecordings(): Promise<void> {
    const { body } = await this.#done('GET', '/v1/stores/north/recordings');
    for (const { recordingId, state } of body.items as { recordingId: string; state: string }[]) {
      if (state === 'running') await this.#done('POST', `/v1/stores/north/recordings/${recordingId}/end`);
    }
  }

  /** An offer of `north` by a marketer who is in no column, taken through the steps. */
  async offer(...steps: string[]): Promise<string> {
    const body = {
      name: 'Of north',
      kind: 'message',
      trigger: { on: ['zoneEntered'], storeIds: ['north'] },
      content: { default: { title: 'x', body: 'y' } },
    };
    const author = this.#sessions.get('author');
    const { offerId } = (await this.#by(author, 'POST', '/v1/offers', body)).body as { offerId: string };
    for (const step of steps) {
      const as = step === 'approve' ? this.shop.serviceKey : author;
      await this.#by(as, 'POST', `/v1/offers/${offerId}/${step}`);
    }
    return offerId;
  }

  /** With two approved revisions, so that there is one to go back to. */
  async revisedOffer(): Promise<string> {
    const offerId = await this.offer('submit', 'approve');
    const author = this.#sessions.get('author');
    await this.#by(author, 'PATCH', `/v1/offers/${offerId}`, { name: 'Revised' }, { 'if-match': '*' });
    await this.#by(author, 'POST', `/v1/offers/${offerId}/submit`);
    await this.#by(this.shop.serviceKey, 'POST', `/v1/offers/${offerId}/approve`);
    return offerId;
  }

  async freshCoupon(): Promise<string> {
    return (await deliver(this.shop, { shopperId: 'ann', storeId: 'north' })).couponCode;
  }

  /** A coupon that a checkout of north holds. */
  async heldCoupon(): Promise<{ path: Record<string, string> }> {
    const path = { code: await this.freshCoupon(), purchaseId: randomUUID() };
    const body = { purchaseId: path.purchaseId };
    await this.#done('POST', `/v1/coupons/${path.code}/hold`, body, 'till of north');
    return { path };
  }

  /** A template of offers, filled in with its own examples. */
  async offerTemplate(): Promise<{ path: Record<string, string>; body: object }> {
    const { body } = await this.#done('GET', '/v1/offer-templates');
    const [first] = body.items as { template: string; parameters: { name: string; example: unknown }[] }[];
    const parameters = Object.fromEntries(
      (first?.parameters ?? []).map(({ name, example }) => [name, example]),
    );
    return { path: { template: first?.template ?? '' }, body: { parameters } };
  }

  async freshRedemption(): Promise<string> {
    const { couponCode } = await deliver(this.shop, { shopperId: 'ann', storeId: 'north' });
    const body = {
      purchaseId: randomUUID(),
      basket: [{ productId: 'filters', quantity: 1, unitPrice: { amount: 199, currency: 'EUR' } }],
    };
    const reply = await this.shop.call('POST', `/v1/coupons/${couponCode}/redeem`, {
      as: this.credentials.get('till of north') ?? '',
      body,
      headers: { 'idempotency-key': randomUUID() },
    });
    return (reply.body as { redemptionId: string }).redemptionId;
  }

  stop(): Promise<void> {
    return this.shop.stop();
  }

  async #furnish(): Promise<void> {
    for (const name of ['north', 'south']) await this.#done('PUT', `/v1/stores/${name}`, this.layout(name));
    const price = { amount: 199, currency: 'EUR' };
    await this.#done('POST', '/v1/products', [
      { productId: 'filters', name: 'Filters', brand: 'Own', ownBrand: true, category: 'filters', price },
    ]);
    await this.#done('PUT', '/v1/shoppers/cat', {});
    for (const shopperId of ['ann', 'bob']) {
      await this.#done('PUT', `/v1/shoppers/${shopperId}`, {});
      const said = { granted: true, policyVersion: '1', source: 'test' };
      for (const purpose of ['location', 'profiling', 'clienteling'])
        await this.#done('PUT', `/v1/shoppers/${shopperId}/consents/${purpose}`, said);
    }
    await this.#done('PUT', '/v1/gateways/gw-north/secrets', { merakiValidator: 'v' });
  }

  async #invite(): Promise<void> {
    const { shop } = this;
    for (const [column, roles, storeIds] of [...STAFF, ['author', ['marketer'], []] as const]) {
      const email = `${randomBytes(6).toString('hex')}@shop.test`;
      const staff = {
        email,
        displayName: column,
        password: PASSWORD,
        roles: [...roles],
        storeIds: [...storeIds],
      };
      const { staffId } = await shop.get(StaffAccounts).create(staff, OPERATOR);
      this.ids['staffId'] = staffId;
      this.#emails.set(column, email);
      this.#sessions.set(column, await this.freshSession(column));
    }
    const others: readonly [Column, string | undefined][] = [
      ['anonymous', undefined],
      ['ann', await shop.shopperToken('ann')],
      ['bob', await shop.shopperToken('bob')],
      ['gateway of north', await shop.key('gateway', 'north')],
      ['gateway of south', await shop.key('gateway', 'south')],
      ['till of north', await shop.key('pos', 'north')],
      ['till of south', await shop.key('pos', 'south')],
      ['service', shop.serviceKey],
    ];
    for (const [column, credential] of others) this.credentials.set(column, credential);
    for (const [column] of STAFF) this.credentials.set(column, this.#sessions.get(column));
  }

  async #leaveThings(): Promise<void> {
    const { shop, ids } = this;
    ids['offerId'] = await this.offer('submit', 'approve');
    // Before the tape runs, which is to stay short.
    ids['visitAlias'] = await this.#visitOf(this.credentials.get('ann'));
    ids['recordingId'] = await this.freshRecording();
    ids['redemptionId'] = await this.freshRedemption();
    const made = await deliver(shop, { shopperId: 'ann', storeId: 'north', offerId: ids['offerId'] });
    ids['deliveryId'] = made.deliveryId;
    ids['code'] = made.couponCode;
    ids['decisionId'] = randomUUID();
    await shop.database.run(
      `INSERT INTO decisions (decision_id, change_id, shopper_id, store_id, visit_id, on_trigger, at, outcome, offer_id,
                              considered, latency)
       VALUES ($1, $2, 'ann', 'north', $3, 'zoneEntered', now(), 'offer', $4, '[]', '{}')`,
      [ids['decisionId'], randomUUID(), randomUUID(), ids['offerId']],
    );
    await this.#done('PUT', '/v1/segments/locals', this.segment);
    await this.#done('PUT', '/v1/loyalty/programme', {
      currency: 'EUR',
      tiers: [0, 10, 20].map((threshold) => ({ name: `t${threshold}`, threshold })),
      period: { kind: 'calendarYear' },
      earning: [{ pointsPerUnit: 1 }],
    });
    this.policy = (await this.#done('GET', '/v1/policies/contact')).body;
    const imported = await shop.call('POST', '/v1/imports?type=shoppers', {
      as: shop.serviceKey,
      body: 'shopperId\ncat\n',
      headers: { 'content-type': 'text/csv' },
    });
    const erased = await this.#done('DELETE', `/v1/shoppers/${await this.freshShopper()}`);
    ids['erasureId'] = erased.body.erasureId as string;
    const simulated = { offerId: ids['offerId'], from: '2026-01-01', to: '2026-01-02' };
    ids['simulationId'] = (await this.#done('POST', '/v1/simulations', simulated)).body
      .simulationId as string;
    ids['webhookId'] = await this.freshWebhook();
    ids['importId'] = (imported.body as { importId: string }).importId;
  }

  #done(method: string, path: string, body?: unknown, as: Column = 'service'): Promise<Reply> {
    return this.#by(this.credentials.get(as) ?? this.shop.serviceKey, method, path, body);
  }

  async #by(
    as: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const reply = await this.shop.call(method, path, {
      headers,
      ...(as !== undefined && { as }),
      ...(body !== undefined && { body }),
    });
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply;
  }
}
