import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Answered } from './fcm-answer.rules.js';

/** One logical send: what is seen of it, and how to end it early. */
export class OneSend {
  readonly answered: Answered = { requests: 0 };
  #request: ClientRequest | undefined;
  #isOver = false;

  /** False when it has had its request, or its time. */
  begin(request: ClientRequest): boolean {
    if (this.#isOver || this.answered.requests > 0) return false;
    this.answered.requests += 1;
    this.#request = request;
    return true;
  }

  /** Nothing goes out for it from now on. */
  end(): void {
    this.#isOver = true;
    this.#request?.destroy(new Error('no answer in time'));
  }
}

/** What agents of Node are called with, beside what their types say. */
type Made = (error: Error | null, socket: Socket) => void;
interface Inherited {
  addRequest: (this: FcmAgent, request: ClientRequest, options: unknown) => void;
  createConnection: (this: FcmAgent, options: object, made?: Made) => Socket;
}

const inherited = Agent.prototype as unknown as Inherited;
const MOST_BODY = 16_384;
/** One request each at a time: HTTP/1.1. All are kept, for a new one costs a handshake. */
export const MOST_CONNECTIONS = 256;
/** The access token comes from another host, by the same agent. */
const TOKEN_DEADLINE_MS = 4_000;

/**
 * The connections to FCM, kept alive, and the one place where its answers are seen as they come: firebase-admin tries
 * five times by itself on 503 and broken connections, for up to 82 s, and keeps `Retry-After` to itself. Here each
 * logical send has one request; a second is refused before it leaves.
 */
export class FcmAgent extends Agent {
  readonly #sends = new AsyncLocalStorage<OneSend>();

  /** @param endpoint where to connect to instead of Google, for a stand-in; over TLS unless its scheme is `http:` */
  constructor(private readonly endpoint: URL | undefined) {
    super({
      keepAlive: true,
      maxSockets: MOST_CONNECTIONS,
      maxFreeSockets: MOST_CONNECTIONS,
      timeout: 60_000,
    });
  }

  /** Whatever `work` asks of FCM belongs to this send. */
  run<T>(send: OneSend, work: () => Promise<T>): Promise<T> {
    return this.#sends.run(send, work);
  }

  /** Called by Node for each request that is to use this agent. */
  addRequest(request: ClientRequest, options: unknown): void {
    const send = this.#sends.getStore();
    if (!request.path.endsWith('/messages:send')) {
      request.setTimeout(TOKEN_DEADLINE_MS, () => request.destroy(new Error('no access token in time')));
    } else if (send !== undefined) {
      if (!send.begin(request)) {
        process.nextTick(() => request.destroy().emit('error', new Error('one request a send')));
        return;
      }
      watch(request, send.answered);
    }
    inherited.addRequest.call(this, request, options);
  }

  /** Called by Node for each new connection. */
  override createConnection(options: object, made?: Made): Socket {
    const { endpoint } = this;
    if (endpoint === undefined) return inherited.createConnection.call(this, options, made);
    const port = Number(endpoint.port) || (endpoint.protocol === 'http:' ? 80 : 443);
    const place = { host: endpoint.hostname, port };
    if (endpoint.protocol === 'http:') return connect(place);
    return inherited.createConnection.call(
      this,
      { ...options, ...place, servername: endpoint.hostname },
      made,
    );
  }
}

function watch(request: ClientRequest, answered: Answered): void {
  request.once('error', (error: NodeJS.ErrnoException) => (answered.fault = error.code));
  // Before firebase-admin sees it: it would wait for as long as `Retry-After` says.
  request.prependOnceListener('response', (response: IncomingMessage) => {
    answered.status = response.statusCode;
    answered.retryAfter = response.headers['retry-after'];
    delete response.headers['retry-after'];
    if ((response.statusCode ?? 0) < 400) return;
    let body = '';
    response.on('data', (chunk: Buffer) => {
      if (body.length < MOST_BODY) body += chunk.toString();
      answered.body = body;
    });
  });
}
