import { Injectable } from '@nestjs/common';
import type { OfferForApp } from '../../decisions/index.js';
import type { ShopperId } from '../../shared/index.js';
import type { Message } from '../messages/messages.dto.js';
import { roomOf, type ShopperSocket, type Withdrawn } from './protocol.js';
import { SocketServer } from './socket-server.js';

/** What came of an offer on its way to the sockets of a shopper. */
export type Reached = 'nobody' | 'unconfirmed' | 'acknowledged';

/** How long an app that has just come in may take to acknowledge. */
const PATIENCE_MS = 1_500;

/** Speaks to the apps of shoppers, whichever process their sockets are in. Never fails. */
@Injectable()
export class Phones {
  constructor(private readonly server: SocketServer) {}

  /** To every socket of the shopper; one acknowledgement is enough. */
  offer(shopperId: ShopperId, offer: OfferForApp, patienceMs: number): Promise<Reached> {
    return new Promise((resolve) => {
      this.server.everywhere
        .to(roomOf(shopperId))
        .timeout(patienceMs)
        .emit('offer', offer, (error: Error | null, answers: unknown[]) => {
          if (answers.length > 0) resolve('acknowledged');
          // Without an error every process has answered, and none of them has a socket of this shopper.
          else resolve(error === null ? 'nobody' : 'unconfirmed');
        });
    });
  }

  /** To the one socket that has just come in. */
  offerTo(socket: ShopperSocket, offer: OfferForApp): Promise<Reached> {
    return socket
      .timeout(PATIENCE_MS)
      .emitWithAck('offer', offer)
      .then(
        () => 'acknowledged' as const,
        () => 'unconfirmed' as const,
      );
  }

  message(shopperId: ShopperId, message: Message): void {
    this.server.shoppers.to(roomOf(shopperId)).emit('message', message);
  }

  withdraw(shopperId: ShopperId, withdrawn: Withdrawn): void {
    this.server.shoppers.to(roomOf(shopperId)).emit('withdrawn', withdrawn);
  }
}
