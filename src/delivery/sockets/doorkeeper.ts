import { Injectable } from '@nestjs/common';
import { Authenticator, Bus, Clock, forbidden, Metrics, unauthorized } from '../../platform/index.js';
import { principalName, type Principal, type PrincipalOf } from '../../shared/index.js';
import { roomOf, type ShopperNamespace, type ShopperSocket, type SocketAnswer } from './protocol.js';
import { counted, refusedEntry } from './refusals.js';

const namespace = 'shopper';

/** Who may come in through a socket, and for how long. Guards of HTTP do not run here. */
@Injectable()
export class Doorkeeper {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /** From now on every socket shows a token, and goes when the token ends or is revoked. */
  watch(shoppers: ShopperNamespace): void {
    shoppers.use((socket, next) => {
      this.#admit(socket).then(
        () => next(),
        (error: unknown) => next(refusedEntry(error, '/shopper', this.metrics)),
      );
    });
    shoppers.on('connection', (socket) => this.#welcome(socket));
    this.bus.on('credential.revoked', ({ credential }) => {
      // Every process hears of it and sees to its own sockets.
      shoppers.local.in(credential).disconnectSockets(true);
    });
  }

  /** Counts an answer that refuses, and gives it back. */
  counted(answer: SocketAnswer): SocketAnswer {
    return counted(answer, this.metrics);
  }

  async #admit(socket: ShopperSocket): Promise<void> {
    const { shopperId, expiresAt } = shopperOf(await this.authenticator.authenticate(tokenOf(socket)));
    socket.data = { shopperId, tokenExpiresAt: expiresAt };
  }

  /** The server picks the room: the shopper's own, whatever the app may ask for. */
  #welcome(socket: ShopperSocket): void {
    const { shopperId, tokenExpiresAt } = socket.data;
    void socket.join(roomOf(shopperId));
    this.metrics.websocketConnects.inc({ outcome: 'accepted' });
    this.metrics.websocketConnections.inc({ namespace });
    const end = setTimeout(() => socket.disconnect(true), tokenExpiresAt - this.clock.now());
    socket.on('disconnect', () => {
      clearTimeout(end);
      this.metrics.websocketConnections.dec({ namespace });
    });
  }
}

function tokenOf(socket: ShopperSocket): string | undefined {
  const token: unknown = socket.handshake.auth['token'];
  return typeof token === 'string' ? token : undefined;
}

function shopperOf(principal: Principal | undefined): PrincipalOf<'shopper'> {
  if (principal === undefined) throw unauthorized('The token is not known, expired or revoked.');
  if (principal.kind === 'anonymous') throw unauthorized('A token is needed: auth {token}.');
  if (principal.kind !== 'shopper') {
    throw forbidden('forbidden', `Only for shoppers, not for ${principalName(principal)}.`);
  }
  return principal;
}
