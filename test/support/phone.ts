import { io, type Socket } from 'socket.io-client';

/** An app on a phone, as far as sockets go. */
export interface Phone {
  socket: Socket;
  /** What came in, in order. */
  offers: { deliveryId: string }[];
  withdrawn: { deliveryId: string; reason: string }[];
  /** What the server said to the body. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  say: (event: string, body?: unknown) => Promise<any>;
}

const opened = new Set<Socket>();

/** Connects; rejects with what the server refused it for. */
export async function phone(
  url: string,
  token: string | undefined,
  {
    acknowledges = true,
    transports,
    namespace = '/shopper',
    origin,
  }: { acknowledges?: boolean; transports?: string[]; namespace?: string; origin?: string } = {},
): Promise<Phone> {
  const socket = io(url + namespace, {
    auth: token === undefined ? {} : { token },
    forceNew: true,
    ...(transports === undefined ? {} : { transports }),
    ...(origin === undefined ? {} : { extraHeaders: { origin } }),
  });
  opened.add(socket);
  const offers: Phone['offers'] = [];
  const withdrawn: Phone['withdrawn'] = [];
  socket.on('offer', (offer: { deliveryId: string }, acknowledge: (answer: unknown) => void) => {
    offers.push(offer);
    if (acknowledges) acknowledge({ ok: true });
  });
  socket.on('withdrawn', (told: { deliveryId: string; reason: string }) => withdrawn.push(told));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    socket,
    offers,
    withdrawn,
    say: (event, body) =>
      body === undefined
        ? socket.timeout(5_000).emitWithAck(event)
        : socket.timeout(5_000).emitWithAck(event, body),
  };
}

/** For `afterEach`. */
export function hangUpAll(): void {
  for (const socket of opened) socket.disconnect();
  opened.clear();
}
