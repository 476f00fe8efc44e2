import type { Namespace, Socket } from 'socket.io';
import type { OfferForApp } from '../../decisions/index.js';
import type { Problem } from '../../platform/index.js';
import type { DeliveryId, Instant, ShopperId } from '../../shared/index.js';
import type { Message } from '../messages/messages.dto.js';

/** What an app is told of an offer that it should no longer show. */
export interface Withdrawn {
  deliveryId: DeliveryId;
  reason: 'stopped' | 'ended' | 'consent-withdrawn';
}

export type SocketAnswer =
  ({ ok: true } & Record<string, unknown>) | { ok: false; problem: Record<string, unknown> };

/** A problem as sockets tell it. */
export function answerOf(problem: Problem, event: string, namespace = '/shopper'): SocketAnswer {
  return { ok: false, problem: problem.toBody(`${namespace}#${event}`) };
}

/** The last argument is the acknowledgement; whatever comes before it was written by the app and is not to be trusted. */
type FromApp = (...args: unknown[]) => void;

export interface AppToServer {
  checkin: FromApp;
  sightings: FromApp;
  'offer-event': FromApp;
  message: FromApp;
}

export interface ServerToApp {
  /** The app acknowledges; with what does not matter. */
  offer: (offer: OfferForApp, acknowledge: (answer?: unknown) => void) => void;
  withdrawn: (withdrawn: Withdrawn) => void;
  message: (message: Message) => void;
}

/** What is known of a socket once it is let in. */
export interface Known {
  shopperId: ShopperId;
  tokenExpiresAt: Instant;
}

export type ShopperNamespace = Namespace<AppToServer, ServerToApp, Record<string, never>, Known>;
export type ShopperSocket = Socket<AppToServer, ServerToApp, Record<string, never>, Known>;

/** The one room that a shopper's sockets are in: called as the principal is, so that a revoked credential names it. */
export function roomOf(shopperId: ShopperId): string {
  return `shopper:${shopperId}`;
}
