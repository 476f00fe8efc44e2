import { Injectable } from '@nestjs/common';
import { counted, limitRate, refusedEntry } from '../../delivery/index.js';
import {
  Authenticator,
  Bus,
  Clock,
  forbidden,
  Log,
  Metrics,
  problemOf,
  unauthorized,
} from '../../platform/index.js';
import { principalName, type Principal, type PrincipalOf } from '../../shared/index.js';
import { reaches } from '../../stores/index.js';
import { FLOOR, type FloorNamespace, type FloorSocket } from './protocol.js';

const namespace = 'floor';
/** Sessions end, and people change roles and stores: with 3 s of memory for a good session, all act within 5 s. */
const RECHECK_MS = 2_000;

/** Which tablets may come in, how much they may say, and for how long they stay. */
@Injectable()
export class FloorDoorkeeper {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** From now on every socket shows the session of an associate, and goes when that is one no more. */
  watch(floor: FloorNamespace): void {
    floor.use((socket, next) => {
      this.#associateOf(socket).then(
        (associate) => {
          socket.data = { associate };
          next();
        },
        (error: unknown) => next(refusedEntry(error, FLOOR, this.metrics)),
      );
    });
    floor.on('connection', (socket) => this.#welcome(socket));
    this.bus.on('credential.revoked', ({ credential }) => {
      const theirs = [...floor.sockets.values()].filter(
        ({ data }) => principalName(data.associate) === credential,
      );
      // After all who remember credentials have heard of it too. One of several sessions may have ended: who has
      // another stays.
      setImmediate(() => theirs.forEach((socket) => void this.#recheck(socket)));
    });
  }

  #welcome(socket: FloorSocket): void {
    limitRate(
      socket,
      () => this.clock.now(),
      FLOOR,
      (answer) => counted(answer, this.metrics),
    );
    this.metrics.websocketConnects.inc({ outcome: 'accepted' });
    this.metrics.websocketConnections.inc({ namespace });
    const rechecks = setInterval(() => void this.#recheck(socket), RECHECK_MS);
    socket.on('disconnect', () => {
      clearInterval(rechecks);
      this.metrics.websocketConnections.dec({ namespace });
    });
  }

  /** Never fails: while nobody can be asked, what was true is believed. */
  async #recheck(socket: FloorSocket): Promise<void> {
    try {
      const associate = await this.#associateOf(socket);
      const { storeId } = socket.data;
      socket.data.associate = associate;
      if (storeId === undefined || reaches(associate, storeId)) return;
    } catch (error) {
      if (problemOf(error).status >= 500) {
        this.log.warn({ event: 'floor.unchecked', error });
        return;
      }
    }
    socket.disconnect(true);
  }

  async #associateOf(socket: FloorSocket): Promise<PrincipalOf<'staff'>> {
    const token: unknown = socket.handshake.auth['token'];
    return associateIn(await this.authenticator.authenticate(typeof token === 'string' ? token : undefined));
  }
}

function associateIn(principal: Principal | undefined): PrincipalOf<'staff'> {
  if (principal === undefined) throw unauthorized('The session is not known, expired or revoked.');
  if (principal.kind === 'anonymous') throw unauthorized('A session is needed: auth {token}.');
  if (
    principal.kind !== 'staff' ||
    !principal.roles.some((role) => role === 'associate' || role === 'admin')
  ) {
    throw forbidden('forbidden', `Only for associates, not for ${principalName(principal)}.`);
  }
  return principal;
}
