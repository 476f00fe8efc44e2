import { lookup } from 'node:dns/promises';
import { request as requestByHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, SETTINGS, type Settings } from '../platform/index.js';
import { SECOND_MS } from '../shared/index.js';
import { urlFault, usable } from './address.rules.js';
import { retryAfterMs, type Attempt } from './retry.rules.js';

/** For everything: the name, the connection, the answer. */
const DEADLINE_MS = 5 * SECOND_MS;
/** So much of an answer is read; nobody looks at it. */
const MOST_ANSWER_BYTES = 64 * 1_024;

/** Gives all addresses that a name stands for. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

const resolveAll: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/** A POST that is to be made. */
export interface Outgoing {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Posts to receivers whose address a person gave. A name is resolved once, all that it stands for is checked, and the
 * connection goes to what was checked: a name that stands for something else a moment later gains nothing. Redirects
 * are not followed, and nothing of the answer but its status is used.
 */
@Injectable()
export class WebhookSender {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** Never fails. */
  async post(outgoing: Outgoing, resolve: Resolve = resolveAll): Promise<Attempt> {
    const { webhooksPrivate } = this.settings;
    const fault = urlFault(outgoing.url, webhooksPrivate);
    if (fault !== undefined) return { is: 'failed', why: fault };
    const url = new URL(outgoing.url);
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    try {
      const addresses = usable(await before(deadline, addressesOf(url, resolve)), webhooksPrivate);
      const [address] = addresses;
      if (address === undefined) return { is: 'failed', why: 'private-address' };
      const answer = await send(url, address, outgoing, deadline);
      return {
        is: 'answered',
        status: answer.statusCode ?? 0,
        retryAfterMs: retryAfterMs(answer.headers['retry-after'], this.clock.now()),
      };
    } catch (error) {
      return { is: 'failed', why: deadline.aborted ? 'timeout' : codeOf(error) };
    }
  }
}

async function addressesOf({ hostname }: URL, resolve: Resolve): Promise<readonly string[]> {
  const literal = hostname.replace(/^\[|\]$/g, '');
  return isIP(literal) === 0 ? resolve(hostname) : [literal];
}

/** Resolves when the answer is read, or as much of it as is read. */
function send(
  url: URL,
  address: string,
  { headers, body }: Outgoing,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    lookup: pinnedTo(address),
    signal,
    // A connection of its own: one that was checked for somebody else is not for this.
    agent: false,
  };
  const request = url.protocol === 'https:' ? requestByHttps : requestByHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_ANSWER_BYTES) answer.destroy();
      });
      answer.on('close', () => resolve(answer));
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Whatever is asked for, the address that was checked. */
function pinnedTo(address: string): LookupFunction {
  const family = isIP(address);
  return (_hostname, { all }, callback) => {
    if (all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

async function before<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  const over = new Promise<never>((_, reject) => {
    deadline.addEventListener('abort', () => reject(new Error('over')), { once: true });
  });
  return Promise.race([work, over]);
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  return code.toLowerCase().replaceAll('_', '-');
}
