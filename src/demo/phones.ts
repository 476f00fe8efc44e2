import { io, type Socket } from 'socket.io-client';
import type { DemoFile } from './demo-file.js';

/** An offer as the shopper's app gets it; what the demo reads of it. */
export interface ReceivedOffer {
  deliveryId: string;
  decisionId: string;
  offerId: string;
  title: string;
  body: string;
  couponCode?: string;
  zoneId?: string;
}

type OnOffer = (shopperId: string, offer: ReceivedOffer) => void;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** The phones of the shoppers: each holds a socket, acknowledges what comes and says that it was shown. */
export class Phones {
  readonly #tokens: Map<string, string>;
  readonly #sockets = new Map<string, Socket>();

  constructor(
    private readonly baseUrl: string,
    shoppers: DemoFile['shoppers'],
    private readonly onOffer: OnOffer,
  ) {
    this.#tokens = new Map(shoppers.map(({ shopperId, token }) => [shopperId, token]));
  }

  start(): void {
    for (const shopperId of this.#tokens.keys()) this.#sockets.set(shopperId, this.#connect(shopperId));
  }

  /** From now on they sign in with these; sockets that are open stay so until the server ends them. */
  renew(shoppers: DemoFile['shoppers']): void {
    for (const { shopperId, token } of shoppers) this.#tokens.set(shopperId, token);
  }

  stop(): void {
    for (const socket of this.#sockets.values()) socket.disconnect();
    this.#sockets.clear();
  }

  #connect(shopperId: string): Socket {
    const socket = io(`${this.baseUrl}/shopper`, {
      auth: (give) => give({ token: this.#tokens.get(shopperId) }),
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: FIRST_PAUSE_MS,
      reconnectionDelayMax: LONGEST_PAUSE_MS,
    });
    // Refused or ended by the server, for an expired token say, a socket does not come back by itself.
    const comeBack = (): void => {
      setTimeout(() => {
        if (this.#sockets.get(shopperId) === socket && !socket.active) socket.connect();
      }, LONGEST_PAUSE_MS).unref();
    };
    socket.on('connect_error', comeBack);
    socket.on('disconnect', comeBack);
    socket.on('offer', (offer: ReceivedOffer, acknowledge?: (answer: unknown) => void) => {
      acknowledge?.({ ok: true });
      socket.emit('offer-event', { deliveryId: offer.deliveryId, type: 'displayed' });
      this.onOffer(shopperId, offer);
    });
    return socket;
  }
}
