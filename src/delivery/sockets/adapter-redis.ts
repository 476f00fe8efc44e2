import type { Redis } from 'ioredis';
import type { RedisConnections } from '../../platform/index.js';

const COUNTED_MS = 1_000;

type Reply = (error: null, reply: [channel: string, subscribers: number]) => void;

/**
 * Redis as the socket.io adapter asks for it. The adapter leaves failed publications and counts unhandled, which
 * would end the process while Redis is away: here they come to nothing, so that sockets of this process are still
 * served, and offers for those of others are driven again from the outbox.
 */
export class AdapterRedis {
  /** The adapter looks whether it must connect what it duplicates. */
  readonly options = { lazyConnect: false };
  readonly #own: Redis[] = [];
  #processes = 1;
  #countedAt = -Infinity;

  constructor(private readonly redis: RedisConnections) {}

  /** A connection of the adapter's own, to wait on the stream or to subscribe. */
  duplicate(): Redis {
    const client = this.redis.connect('blocking');
    this.#own.push(client);
    // A process that stops while Redis is away gives up subscribing, and that is no fault.
    const subscribe = client.subscribe.bind(client);
    const disconnect = client.disconnect.bind(client);
    return Object.assign(client, {
      subscribe: (channels: string[]) => subscribe(...channels).catch(() => undefined),
      // The adapter does so again after `release`; ioredis would then keep the process 2 s for a close that has been.
      disconnect: () => {
        if (client.status !== 'end') disconnect();
      },
    });
  }

  xadd(command: [key: string, ...rest: (string | number)[]]): Promise<unknown> {
    return this.redis.request.call('XADD', ...command);
  }

  async publish(channel: string, payload: Buffer): Promise<number> {
    return this.redis.request.publish(channel, payload).catch(() => 0);
  }

  /**
   * Only ever asked for `PUBSUB NUMSUB`: how many processes hear a channel. Unknown, there is this one. The adapter
   * asks for every offer, and the answer seldom changes: a process that came within the last second is not counted
   * yet, and what its sockets then miss is driven again from the outbox.
   */
  send_command(_: 'PUBSUB', [, channel]: [what: string, channel: string], reply: Reply): void {
    if (performance.now() - this.#countedAt < COUNTED_MS) {
      reply(null, [channel, this.#processes]);
      return;
    }
    this.redis.request.pubsub('NUMSUB', channel).then(
      ([name, count]) => {
        this.#processes = Number(count);
        this.#countedAt = performance.now();
        reply(null, [String(name), this.#processes]);
      },
      () => reply(null, [channel, 1]),
    );
  }

  /** True when no other process has sockets, as far as was lately seen: then nobody else needs to be told. */
  get isAlone(): boolean {
    return this.#processes === 1 && performance.now() - this.#countedAt < COUNTED_MS;
  }

  /** Ends the waiting on the stream at once; a polite end would wait as long as the block. */
  release(): void {
    for (const client of this.#own) client.disconnect();
  }
}
