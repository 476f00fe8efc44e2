import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerOf, faultOf, type FcmReply } from './replies.rules.js';

/** A message as it arrives at FCM. */
export interface FcmMessage {
  token: string;
  data?: Record<string, string>;
  notification?: { title?: string; body?: string; image?: string };
  android?: Record<string, unknown>;
  apns?: { headers?: Record<string, string>; payload?: Record<string, unknown> };
  webpush?: Record<string, unknown>;
}

/** One request for a message, and what became of it. */
export interface FcmRequest {
  at: number;
  message: FcmMessage;
  reply: FcmReply;
}

const PROJECT = /^\/v1\/projects\/([^/]+)\/messages:send$/;

/**
 * Firebase Cloud Messaging on this machine: gives access tokens, takes messages, refuses what FCM would refuse of
 * their shape, and answers otherwise as it is told. What it does not do stands in docs/push.md.
 */
export class FcmStandIn {
  /** All messages that came, in order, refused ones too. */
  readonly requests: FcmRequest[] = [];
  /** Connections that were made. */
  connections = 0;
  readonly #server: Server;
  readonly #accessTokens = new Set<string>();
  readonly #planned = new Map<string, FcmReply[]>();
  #otherwise: FcmReply = 'accept';

  private constructor(private readonly onAccepted: (message: FcmMessage) => void) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', () => (this.connections += 1));
  }

  /** @param onAccepted called for each message that a phone would now show */
  static async start(
    onAccepted: (message: FcmMessage) => void = () => undefined,
    port = 0,
  ): Promise<FcmStandIn> {
    const standIn = new FcmStandIn(onAccepted);
    await new Promise<void>((resolve) => standIn.#server.listen(port, '127.0.0.1', resolve));
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Plans what the next messages for a token get; afterwards they get what all get. */
  reply(token: string, ...replies: FcmReply[]): void {
    this.#planned.set(token, [...(this.#planned.get(token) ?? []), ...replies]);
  }

  /** What every message gets for which nothing else is planned. */
  replyToAll(reply: FcmReply): void {
    this.#otherwise = reply;
  }

  /** The messages that came for a token, or for all. */
  messages(token?: string): FcmMessage[] {
    return this.requests
      .map(({ message }) => message)
      .filter((each) => token === undefined || each.token === token);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request).catch(() => undefined);
    if (body === undefined) return;
    if (request.url === '/token') {
      this.#giveToken(response);
      return;
    }
    const bearer = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (!PROJECT.test(request.url ?? '') || request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    const { message } = JSON.parse(body) as { message: FcmMessage };
    const reply = this.#accessTokens.has(bearer) ? this.#replyTo(message) : 'wrongCredentials';
    this.requests.push({ at: Date.now(), message, reply });
    this.#answer(reply, message, response);
  }

  #replyTo(message: FcmMessage): FcmReply {
    return faultOf(message) ?? this.#planned.get(message.token)?.shift() ?? this.#otherwise;
  }

  #giveToken(response: ServerResponse): void {
    const token = randomUUID();
    this.#accessTokens.add(token);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ access_token: token, expires_in: 3_600, token_type: 'Bearer' }));
  }

  #answer(reply: FcmReply, message: FcmMessage, response: ServerResponse): void {
    if (reply === 'reset') response.socket?.resetAndDestroy();
    const answer = answerOf(reply, `projects/corner-market/messages/${randomUUID()}`);
    if (answer === undefined) return;
    const { status, body, retryAfterSeconds } = answer;
    response
      .writeHead(status, {
        'content-type': reply === 'garbage' ? 'text/html' : 'application/json',
        ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      })
      .end(body);
    if (reply === 'accept') this.onAccepted(message);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
