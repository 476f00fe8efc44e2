import type { Api } from './api.js';
import type { DemoFile } from './demo-file.js';
import type { FcmMessage } from './fcm/fcm-stand-in.js';
import type { DemoPush } from './fcm/demo-push.js';
import type { ReceivedOffer } from './phones.js';
import type { Person } from './shop/people.rules.js';

type Shoppers = DemoFile['shoppers'];
type OnOffer = (shopperId: string, offer: ReceivedOffer) => void;

const TOKEN = /^demo-(.+)$/;

/** Phones in pockets: no app is open and no socket, so offers come to them by push. */
export class Pocketed {
  readonly #tokens: Map<string, string>;
  readonly #ids: ReadonlySet<string>;

  /** @param push undefined where the messages go to a real service, and nobody here hears of them */
  constructor(
    private readonly api: Api,
    people: readonly Person[],
    shoppers: Shoppers,
    private readonly push: DemoPush | undefined,
    private readonly onOffer: OnOffer,
  ) {
    const pocketed = people.filter(({ inPocket }) => push !== undefined && inPocket);
    this.#ids = new Set(pocketed.map(({ shopperId }) => shopperId));
    this.#tokens = new Map(shoppers.map(({ shopperId, token }) => [shopperId, token]));
  }

  /** Those whose app is open. */
  others(shoppers: Shoppers): Shoppers {
    return shoppers.filter(({ shopperId }) => !this.#ids.has(shopperId));
  }

  start(): void {
    this.push?.listen((message) => void this.#show(message).catch(() => undefined));
    for (const shopperId of this.#ids) void this.#register(shopperId).catch(() => undefined);
  }

  /** From now on they sign in with these. */
  renew(shoppers: Shoppers): void {
    for (const { shopperId, token } of shoppers) this.#tokens.set(shopperId, token);
  }

  stop(): void {
    this.push?.listen(() => undefined);
  }

  /** A push token is the app's name for this phone; an app registers it whenever it starts. */
  async #register(shopperId: string): Promise<void> {
    const as = this.#tokens.get(shopperId);
    if (as === undefined) return;
    const body = { platform: 'android', pushToken: `demo-${shopperId}`, appVersion: 'demo' };
    await this.api.call('PUT', '/v1/me/devices/demo-phone', { as, body });
  }

  async #show({ token, data = {} }: FcmMessage): Promise<void> {
    const shopperId = TOKEN.exec(token)?.[1];
    const { deliveryId, decisionId, offerId, title, body, couponCode, zoneId } = data;
    if (shopperId === undefined || deliveryId === undefined || offerId === undefined) return;
    const offer: ReceivedOffer = {
      deliveryId,
      decisionId: decisionId ?? '',
      offerId,
      title: title ?? '',
      body: body ?? '',
      ...(couponCode !== undefined && { couponCode }),
      ...(zoneId !== undefined && { zoneId }),
    };
    this.onOffer(shopperId, offer);
    const as = this.#tokens.get(shopperId);
    if (as === undefined) return;
    await this.api.post(`/v1/me/offers/${deliveryId}/events`, { type: 'displayed' }, as);
  }
}
