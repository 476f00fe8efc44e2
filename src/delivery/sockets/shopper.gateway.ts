import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/index.js';
import { Greeting } from '../greeting.js';
import { Doorkeeper } from './doorkeeper.js';
import type { AppToServer, ShopperSocket } from './protocol.js';
import { ShopperRequests } from './shopper-requests.js';
import { acknowledgeOf, bodyOf, limitRate } from './socket-events.js';
import { SocketServer } from './socket-server.js';

/** What an app may say; anything else is not heard. */
const EVENTS = [
  'checkin',
  'sightings',
  'offer-event',
  'message',
] as const satisfies readonly (keyof AppToServer)[];

/** The namespace `/shopper`: one socket of one app from its coming to its going. */
@Injectable()
export class ShopperGateway implements OnModuleInit {
  constructor(
    private readonly server: SocketServer,
    private readonly doorkeeper: Doorkeeper,
    private readonly requests: ShopperRequests,
    private readonly greeting: Greeting,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    // First the doorkeeper: a socket is in its shopper's room before it is greeted, so that no offer falls between.
    this.doorkeeper.watch(this.server.shoppers);
    this.server.shoppers.on('connection', (socket) => this.#serve(socket));
  }

  #serve(socket: ShopperSocket): void {
    limitRate(
      socket,
      () => this.clock.now(),
      '/shopper',
      (answer) => this.doorkeeper.counted(answer),
    );
    for (const event of EVENTS) {
      socket.on(event, (...args) => void this.#answer(socket, event, args));
    }
    void this.greeting.greet(socket);
  }

  async #answer(socket: ShopperSocket, event: keyof AppToServer, args: readonly unknown[]): Promise<void> {
    const acknowledge = acknowledgeOf(args);
    const receivedAt = this.clock.now();
    const answer = await this.requests.answer(event, socket.data.shopperId, bodyOf(args), receivedAt);
    acknowledge(this.doorkeeper.counted(answer));
  }
}
