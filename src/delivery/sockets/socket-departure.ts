import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RedisConnections } from '../../platform/index.js';
import { Departures } from '../../shoppers/index.js';
import { roomOf } from './protocol.js';

const ENTRIES_A_LOOK = 1_000;

/** What was told to the sockets of somebody who is erased and still lies in the stream between the processes. */
@Injectable()
export class SocketDeparture implements OnModuleInit {
  readonly #stream: string;

  constructor(
    private readonly departures: Departures,
    private readonly redis: RedisConnections,
  ) {
    this.#stream = redis.key('sockets');
  }

  onModuleInit(): void {
    this.departures.step('sockets', async ({ shopperIds }) => {
      const marks = shopperIds.map(roomOf);
      let from = '-';
      for (;;) {
        const entries = await this.redis.request.xrange(this.#stream, from, '+', 'COUNT', ENTRIES_A_LOOK);
        const own = entries.filter(([, fields]) =>
          fields.some((field) => marks.some((mark) => field.includes(mark))),
        );
        if (own.length > 0) await this.redis.request.xdel(this.#stream, ...own.map(([id]) => id));
        const last = entries.at(-1)?.[0];
        if (last === undefined || entries.length < ENTRIES_A_LOOK) return;
        from = `(${last}`;
      }
    });
  }
}
