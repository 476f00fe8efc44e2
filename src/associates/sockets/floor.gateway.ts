import { Injectable, type OnModuleInit } from '@nestjs/common';
import { acknowledgeOf, answerOf, bodyOf, SocketServer, type SocketAnswer } from '../../delivery/index.js';
import { Log, parse, problemOf } from '../../platform/index.js';
import type { StoreId } from '../../shared/index.js';
import { Looks } from '../looks.service.js';
import { itemOf, type FloorEvent } from '../roster/roster.rules.js';
import { Rosters } from '../roster/rosters.service.js';
import { ofStore } from '../visits.dto.js';
import { FloorDoorkeeper } from './floor-doorkeeper.js';
import { FLOOR, roomOf, type FloorNamespace, type FloorSocket } from './protocol.js';

/** The namespace `/floor`: tablets join a store, get who is there, and then what changes. */
@Injectable()
export class FloorGateway implements OnModuleInit {
  constructor(
    private readonly server: SocketServer,
    private readonly doorkeeper: FloorDoorkeeper,
    private readonly rosters: Rosters,
    private readonly looks: Looks,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    const floor = this.server.namespace<FloorNamespace>(FLOOR);
    this.doorkeeper.watch(floor);
    floor.on('connection', (socket) => this.#serve(socket));
    // To the tablets of this process: every other sees for itself.
    this.rosters.tell((storeId, events) => {
      for (const told of events) emit(floor, storeId, told);
    });
  }

  #serve(socket: FloorSocket): void {
    socket.on('join', (...args) => void this.#join(socket, args));
    socket.on('disconnect', () => this.#leave(socket));
  }

  async #join(socket: FloorSocket, args: readonly unknown[]): Promise<void> {
    const acknowledge = acknowledgeOf(args);
    try {
      await this.#enter(socket, parse(ofStore, bodyOf(args)).storeId, acknowledge);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500) this.log.error({ event: 'floor.not-joined', error });
      acknowledge(answerOf(problem, 'join', FLOOR));
    }
  }

  /** One store at a time; to join it again gives the state anew. */
  async #enter(
    socket: FloorSocket,
    storeId: StoreId,
    acknowledge: (answer: SocketAnswer) => void,
  ): Promise<void> {
    await this.looks.atStore(socket.data.associate, storeId);
    const visits = await this.rosters.watch(storeId);
    // From here on in one go, so that no event comes between the state and what is told after it.
    this.#leave(socket);
    if (!socket.connected) {
      this.rosters.unwatch(storeId);
      return;
    }
    socket.data.storeId = storeId;
    void socket.join(roomOf(storeId));
    acknowledge({ ok: true, storeId });
    socket.emit('presence', { visits: visits.map(itemOf) });
  }

  #leave(socket: FloorSocket): void {
    const { storeId } = socket.data;
    if (storeId === undefined) return;
    delete socket.data.storeId;
    void socket.leave(roomOf(storeId));
    this.rosters.unwatch(storeId);
  }
}

function emit(floor: FloorNamespace, storeId: StoreId, { event, body }: FloorEvent): void {
  // Each body belongs to its event, which TypeScript loses of a union.
  const room = floor.local.to(roomOf(storeId)) as unknown as { emit(event: string, body: object): boolean };
  room.emit(event, body);
}
