import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Problem } from '../../platform/index.js';
import { Greeting } from '../greeting.js';
import { Doorkeeper } from './doorkeeper.js';
import { answerOf, type AppToServer, type ShopperSocket, type SocketAnswer } from './protocol.js';
import { takeOne } from './rate.rules.js';
import { ShopperRequests } from './shopper-requests.js';
import { SocketServer } from './socket-server.js';

/** What an app may say; anything else is not heard. */
const EVENTS = [
  'checkin',
  'sightings',
  'offer-event',
  'message',
] as const satisfies readonly (keyof AppToServer)[];
const EVENTS_PER_SECOND = 50;

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
    this.#limitRate(socket);
    for (const event of EVENTS) {
      socket.on(event, (...args) => void this.#answer(socket, event, args));
    }
    void this.greeting.greet(socket);
  }

  #limitRate(socket: ShopperSocket): void {
    let allowance = { left: EVENTS_PER_SECOND, at: this.clock.now() };
    socket.use(([event, ...args]: [string, ...unknown[]], next) => {
      allowance = takeOne(allowance, EVENTS_PER_SECOND, this.clock.now());
      if (allowance.left >= 0) next();
      else acknowledgeOf(args)(this.doorkeeper.counted(answerOf(tooMany(), event)));
    });
  }

  async #answer(socket: ShopperSocket, event: keyof AppToServer, args: readonly unknown[]): Promise<void> {
    const acknowledge = acknowledgeOf(args);
    const [body] = args.filter((arg) => typeof arg !== 'function');
    const receivedAt = this.clock.now();
    const answer = await this.requests.answer(event, socket.data.shopperId, body, receivedAt);
    acknowledge(this.doorkeeper.counted(answer));
  }
}

/** How the app wants to hear the answer, if it does. */
function acknowledgeOf(args: readonly unknown[]): (answer: SocketAnswer) => void {
  const last = args.at(-1);
  return typeof last === 'function' ? (last as (answer: SocketAnswer) => void) : () => undefined;
}

function tooMany(): Problem {
  return new Problem(429, 'too-many-requests', `More than ${EVENTS_PER_SECOND} events a second.`, {
    retryAfterSeconds: 1,
  });
}
