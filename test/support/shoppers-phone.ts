import { io, type Socket } from 'socket.io-client';
import { until } from './until.js';

/** An offer as the app gets it. */
export interface ReceivedOffer {
  deliveryId: string;
  decisionId: string;
  offerId: string;
  title: string;
  body: string;
  reward?: Record<string, unknown>;
  couponCode?: string;
  storeId: string;
  zoneId?: string;
  expiresAt: string;
}

/** A shopper's app: it acknowledges what it gets, and remembers it. */
export interface Phone {
  readonly offers: ReceivedOffer[];
  readonly withdrawn: { deliveryId: string; reason: string }[];
  /** The next offer that was not asked for yet; waits for it. */
  nextOffer(withinMs?: number): Promise<ReceivedOffer>;
  /** Sends an event and gives what the server acknowledges with. */
  send(event: 'checkin' | 'sightings' | 'offer-event', body: unknown): Promise<Record<string, unknown>>;
  /** Resolves when the server hangs up. */
  readonly hungUp: Promise<void>;
  close(): void;
}

/** Connects to the shopper's namespace; resolves when the server let the app in. */
export async function connectPhone(url: string, token: string): Promise<Phone> {
  const socket: Socket = io(`${url}/shopper`, { auth: { token }, transports: ['websocket'] });
  const offers: ReceivedOffer[] = [];
  const withdrawn: { deliveryId: string; reason: string }[] = [];
  let taken = 0;
  socket.on('offer', (offer: ReceivedOffer, acknowledge: (answer: unknown) => void) => {
    offers.push(offer);
    acknowledge({ ok: true });
  });
  socket.on('withdrawn', (notice: { deliveryId: string; reason: string }) => withdrawn.push(notice));
  const hungUp = new Promise<void>((resolve) => {
    socket.once('disconnect', () => resolve());
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', (error) => {
      if (!socket.active) reject(error);
    });
  });
  return {
    offers,
    withdrawn,
    nextOffer: async (withinMs = 10_000) => {
      await until(
        () => offers.length,
        (count) => count > taken,
        withinMs,
      );
      taken += 1;
      return offers[taken - 1]!;
    },
    send: (event, body) => socket.timeout(5_000).emitWithAck(event, body) as Promise<Record<string, unknown>>,
    hungUp,
    close: () => socket.disconnect(),
  };
}
