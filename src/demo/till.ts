import { randomUUID } from 'node:crypto';
import { toRfc3339 } from '../shared/index.js';
import type { Api } from './api.js';
import type { ReceivedOffer } from './phones.js';
import { basketOf, lineFor, takesCoupon } from './shop/basket.rules.js';
import type { DemoLine } from './shop/history.rules.js';
import { STORE_ID } from './shop/layout.rules.js';
import { productLedTo } from './shop/offers.rules.js';
import type { Person } from './shop/people.rules.js';
import { demoProducts } from './shop/products.rules.js';
import type { Walk } from './walk/walk.js';

interface Coupon {
  code: string;
  offerId: string;
}

const EVERY_MS = 1_000;
const PRICES = new Map(demoProducts().map((product) => [product.productId, product]));

/** The till: rings up those who leave, and redeems the coupons they bring. */
export class Till {
  /** The newest coupon each shopper got on the visit they are on. */
  readonly #coupons = new Map<string, Coupon>();
  #inside = new Map<string, { person: Person; visit: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly api: Api,
    private readonly keys: { posKey: string; serviceKey: string },
    private readonly walk: Walk,
    private readonly say: (line: string) => void,
  ) {}

  start(): void {
    this.#timer = setInterval(() => this.#watch(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A phone shows a coupon; who means to use it keeps it until the till. */
  keep(shopperId: string, { couponCode, offerId }: ReceivedOffer): void {
    if (couponCode !== undefined) this.#coupons.set(shopperId, { code: couponCode, offerId });
  }

  /** Whoever was inside and is no more has just passed the checkout. */
  #watch(): void {
    const inside = new Map(
      this.walk
        .inside(Date.now())
        .map(({ person, whereabouts: { visit } }) => [person.shopperId, { person, visit }]),
    );
    for (const [shopperId, { person, visit }] of this.#inside) {
      if (inside.has(shopperId)) continue;
      const coupon = this.#coupons.get(shopperId);
      this.#coupons.delete(shopperId);
      void this.#ringUp(person, visit, coupon).catch((error: unknown) => {
        if (this.#timer !== undefined)
          this.say(`The till could not serve ${person.displayName}: ${String(error)}`);
      });
    }
    this.#inside = inside;
  }

  async #ringUp(person: Person, visit: number, coupon: Coupon | undefined): Promise<void> {
    const everyday = basketOf(person, visit, PRICES) ?? [];
    const purchaseId = `till-${randomUUID()}`;
    const bringsIt = coupon !== undefined && takesCoupon(person, visit);
    const redeemed = bringsIt ? await this.#redeem(person, coupon, purchaseId, everyday) : [];
    const lines = [...everyday, ...redeemed];
    if (lines.length === 0) return;
    const purchase = {
      purchaseId,
      shopperId: person.shopperId,
      storeId: STORE_ID,
      channel: 'store',
      purchasedAt: toRfc3339(Date.now()),
      lines,
    };
    await this.api.post('/v1/purchases', [purchase], this.keys.posKey);
  }

  /** @returns the line that the coupon was for; none where the shop does not know what it is for */
  async #redeem(
    { displayName, habits }: Person,
    { code, offerId }: Coupon,
    purchaseId: string,
    everyday: readonly DemoLine[],
  ): Promise<DemoLine[]> {
    const { serviceKey, posKey } = this.keys;
    const { name } = await this.api.get<{ name: string }>(`/v1/offers/${offerId}`, serviceKey);
    const productId = productLedTo(name, habits);
    const line = productId === undefined ? undefined : lineFor(PRICES.get(productId));
    if (line === undefined) return [];
    const { discount } = await this.api.call<{ discount: { amount: number } }>(
      'POST',
      `/v1/coupons/${code}/redeem`,
      {
        as: posKey,
        headers: { 'idempotency-key': `redeem-${code}` },
        body: { purchaseId, basket: [...everyday, line] },
      },
    );
    this.say(
      `          ${displayName} redeems it at the till: ${(discount.amount / 100).toFixed(2)} EUR off`,
    );
    return [{ ...line, couponCode: code }];
  }
}
