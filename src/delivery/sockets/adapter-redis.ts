import type { Redis } from 'ioredis';
import type { RedisConnections } from '../../platform/index.js';

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

  constructor(private readonly redis: RedisConnections) {}

  /** A connection of the adapter's own, to wait on the stream or to subscribe. */
  duplicate(): Redis {
    const client = this.redis.connect('blocking');
    this.#own.push(client);
    // A process that stops while Redis is away gives up subscribing, and that is no fault.
    const subscribe = client.subscribe.bind(client);
    return Object.assign(client, {
      subscribe: (channels: string[]) => subscribe(...channels).catch(() => undefined),
    });
  }

  xadd(command: [key: string, ...rest: (string | number)[]]): Promise<unknown> {
    return this.redis.request.call('XADD', ...command);
  }

  async publish(channel: string, payload: Buffer): Promise<number> {
    return this.redis.request.publish(channel, payload).catch(() => 0);
  }

  /** Only ever asked for `PUBSUB NUMSUB`: how many processes hear a channel. Unknown, there is this one. */
  send_command(_: 'PUBSUB', [, channel]: [what: string, channel: string], reply: Reply): void {
    this.redis.request.pubsub('NUMSUB', channel).then(
      ([name, count]) => reply(null, [String(name), Number(count)]),
      () => reply(null, [channel, 1]),
    );
  }

  /** Ends the waiting on the stream at once; a polite end would wait as long as the block. */
  release(): void {
    for (const client of this.#own) client.disconnect();
  }
}
