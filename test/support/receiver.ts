import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What came in. */
export interface Received {
  headers: IncomingHttpHeaders;
  text: string;
  event: Record<string, unknown> & { id: string; type: string; data: Record<string, unknown> };
}

export type Answering = (response: ServerResponse, received: Received) => void;

/** A receiver of webhooks on this machine, that answers as it is told. */
export interface Receiver {
  url: string;
  received: Received[];
  answer: Answering;
  stop(): Promise<void>;
}

export const ok: Answering = (response) => response.writeHead(204).end();

export async function startReceiver(answer: Answering = ok): Promise<Receiver> {
  const received: Received[] = [];
  const receiver: Receiver = { url: '', received, answer, stop: () => stopped(server) };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const one = { headers: request.headers, text, event: JSON.parse(text) as Received['event'] };
      received.push(one);
      receiver.answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return receiver;
}

function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
