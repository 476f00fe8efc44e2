import { randomUUID } from 'node:crypto';
import { connectPhone, type Phone } from './shoppers-phone.js';
import type { Doors } from './doors.js';
import type { Reply } from './http.js';
import { until } from './until.js';

export const STORE = 'corner';
export type ZoneId = 'door' | 'coffee' | 'cereals';

const zones = [
  { zoneId: 'door', name: 'Entrance', kind: 'entrance' },
  { zoneId: 'coffee', name: 'Coffee & tea', kind: 'aisle', categories: ['coffee filters', 'coffee'] },
  { zoneId: 'cereals', name: 'Cereals', kind: 'aisle', categories: ['cornflakes'] },
] as const;

/** The layout as the back office writes it: one gateway in each zone. */
export const cornerLayout = {
  name: 'Corner Market',
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  zones,
  gateways: zones.map(({ zoneId }, index) => ({
    gatewayId: `gw-${zoneId}`,
    hardwareId: `AC233FC0000${index}`,
    zoneId,
  })),
  beacons: [],
};

const euros = (amount: number): object => ({ amount, currency: 'EUR' });

/** The shelves of the story. */
export const products = [
  {
    productId: 'melitta-filters',
    name: 'Melitta filters 1x4',
    brand: 'Melitta',
    ownBrand: false,
    category: 'coffee filters',
    price: euros(300),
  },
  {
    productId: 'kelloggs-flakes',
    name: "Kellogg's Corn Flakes",
    brand: "Kellogg's",
    ownBrand: false,
    category: 'cornflakes',
    price: euros(329),
    equivalenceGroup: 'cornflakes',
  },
  {
    productId: 'corner-flakes',
    name: 'Corner Corn Flakes',
    brand: 'Corner',
    ownBrand: true,
    category: 'cornflakes',
    price: euros(199),
    equivalenceGroup: 'cornflakes',
  },
] as const;
export type ProductId = (typeof products)[number]['productId'];

const DAY_MS = 86_400_000;
const WALK_SECONDS = 5;

export interface Person {
  shopperId: string;
  /** The tag that gateways hear. */
  tag: string;
  token: string;
}

/** One row of the ledger, as far as the story reads it. */
export interface Decision {
  decisionId: string;
  zoneId?: string;
  on: string;
  outcome: 'offer' | 'silence' | 'ghost';
  reason?: string;
  offerId?: string;
  considered: {
    offerId: string;
    eligible: boolean;
    reasons: { code: string; detail: string; path?: string }[];
  }[];
}

/** What a shopper bought, and when. */
export interface Bought {
  daysAgo: readonly number[];
  channel?: 'store' | 'online';
}

/** Six purchases, four weeks apart, the last of them four weeks and a day ago: due now. */
export const everyFourWeeks: readonly number[] = [169, 141, 113, 85, 57, 29];

/** The corner shop of the story, with the words that its chapters are written in. */
export class CornerShop {
  readonly #lastHeard = new Map<string, number>();
  readonly #phones: Phone[] = [];
  readonly #offers: string[] = [];

  private constructor(
    readonly shop: Doors,
    private readonly keys: { gateway: string; till: string },
    private readonly staff: { marketer: string; approver: string },
  ) {}

  /** Opens it in a program that knows no store yet. */
  static async open(shop: Doors): Promise<CornerShop> {
    const as = shop.serviceKey;
    expectStatus(await shop.call('PUT', `/v1/stores/${STORE}`, { as, body: cornerLayout }), 201);
    expectStatus(await shop.call('POST', '/v1/products', { as, body: products }), 200);
    const [gateway, till, marketer, approver] = await Promise.all([
      shop.key('gateway', STORE),
      shop.key('pos', STORE),
      shop.staff('marketer'),
      shop.staff('approver'),
    ]);
    return new CornerShop(shop, { gateway, till }, { marketer: marketer.token, approver: approver.token });
  }

  /** A shopper with a tag, who consents to being located and to the use of what they bought. */
  async person(shopperId: string, consents = ['location', 'profiling']): Promise<Person> {
    const as = this.shop.serviceKey;
    const tag = `mac:${randomUUID().replaceAll('-', '').slice(0, 12)}`;
    const body = { displayName: shopperId, carries: [tag] };
    expectStatus(await this.shop.call('PUT', `/v1/shoppers/${shopperId}`, { as, body }), 200, 201);
    const said = consents.map((purpose) => ({
      shopperId,
      purpose,
      granted: true,
      policyVersion: '1',
      source: 'till',
    }));
    const granted = await this.shop.call('POST', '/v1/consents', { as, body: said });
    expectStatus(granted, 200);
    const issued = await this.shop.call('POST', `/v1/shoppers/${shopperId}/tokens`, { as });
    expectStatus(issued, 201);
    return { shopperId, tag, token: issued.body.token as string };
  }

  /** Posts one purchase of the product for each of the days. */
  async buys(person: Person, productId: ProductId, { daysAgo, channel = 'store' }: Bought): Promise<void> {
    const unitPrice = products.find((product) => product.productId === productId)?.price;
    const body = daysAgo.map((days) => ({
      purchaseId: randomUUID(),
      shopperId: person.shopperId,
      channel,
      ...(channel === 'store' && { storeId: STORE }),
      purchasedAt: new Date(Date.now() - days * DAY_MS).toISOString(),
      lines: [{ productId, quantity: 1, unitPrice }],
    }));
    const reply = await this.shop.call('POST', '/v1/purchases', { as: this.shop.serviceKey, body });
    expectStatus(reply, 200);
    expect(reply.body).toMatchObject({ accepted: daysAgo.length, rejected: [] });
  }

  /**
   * The gateways hear the shopper's tag once a second for five seconds: loudly where they are, faintly elsewhere.
   * The seconds lie in the past, as those of a gateway that posts late do, so nobody has to wait for them.
   */
  async walkTo({ shopperId, tag }: Person, zone: ZoneId): Promise<void> {
    const from = (this.#lastHeard.get(shopperId) ?? Date.now() - 40_000) + 1_000;
    const until = from + WALK_SECONDS * 1_000;
    this.#lastHeard.set(shopperId, until);
    await pause(until - Date.now());
    const seconds = Array.from({ length: WALK_SECONDS + 1 }, (_, second) => from + second * 1_000);
    const sightings = cornerLayout.gateways.flatMap(({ gatewayId, zoneId }) =>
      seconds.map((at) => ({
        gatewayId,
        beaconId: tag,
        rssiDbm: zoneId === zone ? -48 : -85,
        observedAt: new Date(at).toISOString(),
      })),
    );
    const heard = await this.shop.call('POST', '/v1/sightings', {
      as: this.keys.gateway,
      body: { sightings },
    });
    expectStatus(heard, 202);
    expect(heard.body).toEqual({ accepted: sightings.length, rejected: [] });
  }

  /** An offer that the marketer wrote and the approver approved, live now. */
  async offer(document: Record<string, unknown>): Promise<string> {
    const { marketer, approver } = this.staff;
    const written = await this.shop.call('POST', '/v1/offers', { as: marketer, body: document });
    expectStatus(written, 201);
    const offerId = written.body.offerId as string;
    const act = (action: string, as: string): Promise<Reply> =>
      this.shop.call('POST', `/v1/offers/${offerId}/${action}`, { as });
    expectStatus(await act('submit', marketer), 200);
    expectStatus(await act('approve', approver), 200);
    this.#offers.push(offerId);
    return offerId;
  }

  /** Takes every offer down, so that the next scene begins with an empty stage. */
  async takeOffersDown(): Promise<void> {
    for (const offerId of this.#offers.splice(0)) {
      expectStatus(
        await this.shop.call('POST', `/v1/offers/${offerId}/archive`, { as: this.staff.marketer }),
        200,
      );
    }
  }

  async phoneOf({ token }: Person): Promise<Phone> {
    const phone = await connectPhone(this.shop.url, token);
    this.#phones.push(phone);
    return phone;
  }

  /** The newest decision about the shopper, once there are so many. */
  async decisionAbout({ shopperId }: Person, count = 1): Promise<Decision> {
    const { body } = await until(
      () => this.shop.call('GET', `/v1/decisions?shopperId=${shopperId}`, { as: this.staff.marketer }),
      (reply) => reply.status === 200 && (reply.body.items as Decision[]).length >= count,
    );
    return (body.items as [Decision])[0];
  }

  preview({ shopperId }: Pick<Person, 'shopperId'>, zoneId: ZoneId): Promise<Reply> {
    return this.shop.call('POST', '/v1/decisions/preview', {
      as: this.staff.marketer,
      body: { shopperId, storeId: STORE, zoneId },
    });
  }

  wallet({ token }: Person): Promise<Reply> {
    return this.shop.call('GET', '/v1/me/offers', { as: token });
  }

  /** The till presents a coupon with what lies in the basket. */
  redeem(code: string, basket: readonly { productId: ProductId; quantity: number }[]): Promise<Reply> {
    return this.shop.call('POST', `/v1/coupons/${code}/redeem`, {
      as: this.keys.till,
      headers: { 'idempotency-key': randomUUID() },
      body: {
        purchaseId: randomUUID(),
        basket: basket.map((line) => ({
          ...line,
          unitPrice: products.find(({ productId }) => productId === line.productId)?.price,
        })),
      },
    });
  }

  /** The phones hang up; the program is its owner's to stop. */
  close(): void {
    for (const phone of this.#phones) phone.close();
  }
}

/** The reminder of the first scene, as the contract writes it but for what a chapter lays over it. */
export const coffeeReminder = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'Coffee filters running out',
  kind: 'replenishment',
  trigger: { on: ['zoneEntered'], categories: ['coffee filters'] },
  eligibility: {
    combinator: 'and',
    rules: [
      {
        field: 'replenishment.dueProbability',
        of: { category: 'coffee filters' },
        operator: '>=',
        value: 0.6,
      },
    ],
  },
  target: { categories: ['coffee filters'] },
  content: { default: { title: 'Running low?', body: 'They are in {{zone.name}}' } },
  ...more,
});

/** The own-brand switch of the second scene. */
export const cornflakesSwitch = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'Try our cornflakes',
  kind: 'brandSwitch',
  trigger: { on: ['zoneEntered'], categories: ['cornflakes'] },
  target: { toProductIds: ['corner-flakes'] },
  content: { default: { title: 'Just as crisp', body: 'Our own are in {{zone.name}}' } },
  ...more,
});

/** Something that suits everybody who comes to the coffee. */
export const coffeeGreeting = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'Fresh roast today',
  kind: 'message',
  trigger: { on: ['zoneEntered'], zoneIds: ['coffee'] },
  content: { default: { title: 'Smell that?', body: 'We have just roasted' } },
  ...more,
});

function expectStatus(reply: Reply, ...statuses: readonly number[]): void {
  if (statuses.includes(reply.status)) return;
  throw new Error(`expected ${statuses.join(' or ')}, got ${reply.status}: ${JSON.stringify(reply.body)}`);
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
