// A process of its own: so many connections, each of which posts again as soon as it has its answer. It speaks HTTP/1.1
// by hand, because a client of the usual kind takes more than the program that it measures.
import net from 'node:net';
import { posts } from './bodies.mjs';

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const AFTER_REFUSAL_MS = 1_000;

/** One connection; `next` gives a request as text, `answered` is told status, milliseconds and whether to try later. */
class Connection {
  #socket;
  #text = '';
  #sentAt = 0;
  #stopped = false;
  #idle = true;
  #closed;

  constructor(port, next, answered) {
    this.next = next;
    this.answered = answered;
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('connect', () => this.#send());
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', () => this.answered('failed', nowMs() - this.#sentAt));
    this.#closed = new Promise((resolve) => this.#socket.on('close', resolve));
  }

  /** Sends no more; resolves when the last answer is there. */
  async stop() {
    this.#stopped = true;
    if (this.#idle) this.#socket.destroy();
    await this.#closed;
  }

  #send() {
    if (this.#stopped) return this.#socket.end();
    this.#idle = false;
    this.#sentAt = nowMs();
    this.#socket.write(this.next());
  }

  #take(chunk) {
    this.#text += chunk;
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < head + 4 + length) return;
    const status = this.#text.slice(9, 12);
    const hasRetryAfter = /\r\nretry-after: \d/i.test(this.#text);
    this.#text = '';
    this.#idle = true;
    this.answered(status, nowMs() - this.#sentAt, hasRetryAfter);
    // Whoever is refused comes back later, as a gateway would.
    if (status === '202') this.#send();
    else setTimeout(() => this.#send(), AFTER_REFUSAL_MS * (0.5 + Math.random()));
  }
}

/** Posts for some seconds over so many connections, and says what came back. */
async function post({ port, keys, format, connections, seconds, shoppers, sightings }) {
  const next = posts(format, { shoppers, sightings });
  const tally = { answers: {}, refusedWithoutRetryAfter: 0, latenciesMs: [] };
  const request = () => {
    const { store, path, body } = next();
    return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nauthorization: Bearer ${keys[store]}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  };
  const answered = (status, ms, hasRetryAfter) => {
    tally.answers[status] = (tally.answers[status] ?? 0) + 1;
    tally.latenciesMs.push(ms);
    if (status !== '202' && !hasRetryAfter) tally.refusedWithoutRetryAfter += 1;
  };
  const startedAt = nowMs();
  const open = Array.from({ length: connections }, () => new Connection(port, request, answered));
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  await Promise.all(open.map((connection) => connection.stop()));
  return { ...tally, tookMs: nowMs() - startedAt };
}

process.on('message', async (order) => process.send({ answer: await post(order) }));
process.on('disconnect', () => process.exit(0));
