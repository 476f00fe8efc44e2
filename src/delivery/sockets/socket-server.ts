import { createServer, type Server as HttpServer } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Server } from 'socket.io';
import { Metrics, notFound, RedisConnections, SETTINGS, type Settings } from '../../platform/index.js';
import { AdapterRedis } from './adapter-redis.js';
import { mayOpenSockets } from './origins.rules.js';
import type { AppToServer, Known, ServerToApp, ShopperNamespace } from './protocol.js';
import { countRefusalsOf, refusedEntry } from './refusals.js';

const LARGEST_MESSAGE_BYTES = 16_384;
/** Whoever has not said by then who they are is shown the door. */
const IDENTIFY_WITHIN_MS = 5_000;
/** The default of 10,000 loses messages in a burst. */
const STREAM_LENGTH = 100_000;

/**
 * The sockets of this process, joined with those of all others through Redis. A worker listens to nobody, yet
 * reaches everybody.
 */
@Injectable()
export class SocketServer implements OnModuleInit {
  readonly shoppers: ShopperNamespace;
  readonly #server: Server<AppToServer, ServerToApp, Record<string, never>, Known>;
  readonly #redis: AdapterRedis;

  constructor(
    redis: RedisConnections,
    private readonly host: HttpAdapterHost,
    private readonly metrics: Metrics,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.#redis = new AdapterRedis(redis);
    this.#server = new Server({
      adapter: createAdapter(this.#redis, {
        streamName: redis.key('sockets'),
        channelPrefix: redis.key('sockets'),
        maxLen: STREAM_LENGTH,
      }),
      serveClient: false,
      maxHttpBufferSize: LARGEST_MESSAGE_BYTES,
      connectTimeout: IDENTIFY_WITHIN_MS,
      // Tokens travel in `auth`, never in cookies; still, pages that nobody named have no business here.
      allowRequest: ({ headers }, answer) => {
        const { allowedOrigins } = this.settings.doors;
        answer(null, mayOpenSockets(headers.origin, headers.host, allowedOrigins));
      },
      cors: { origin: [...settings.doors.allowedOrigins] },
    });
    // Nobody has business in the default namespace.
    this.#server.use((_, next) => next(refusedEntry(notFound('namespace'), '/', metrics)));
    this.shoppers = this.#server.of('/shopper');
  }

  onModuleInit(): void {
    const http = this.host.httpAdapter.getHttpServer() as HttpServer;
    this.#server.attach(this.settings.role === 'worker' ? createServer() : http);
    countRefusalsOf(this.#server.engine, this.metrics);
  }

  /** The sockets of everybody, by the shortest way: past Redis where no other process has any. */
  get everywhere(): Pick<ShopperNamespace, 'to'> {
    return this.#redis.isAlone ? this.shoppers.local : this.shoppers;
  }

  /** Another namespace of the same server, for a room below. */
  namespace<Own>(name: `/${string}`): Own {
    return this.#server.of(name) as Own;
  }

  /** Closes every socket; apps connect again by themselves, to another process. */
  async close(): Promise<void> {
    const closed = this.#server.close();
    this.#redis.release();
    await closed;
  }
}
