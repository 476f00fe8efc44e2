// A process of its own: the shoppers' phones. Real socket.io clients that acknowledge each offer and note its arrival.
import { readFileSync } from 'node:fs';
import { io } from 'socket.io-client';

const AT_ONCE = 50;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
let sockets = [];
let arrivals = [];

function open(url, token, shopper) {
  const socket = io(`${url}/shopper`, { auth: { token }, transports: ['websocket'], forceNew: true });
  socket.on('offer', (offer, acknowledge) => {
    arrivals.push([shopper, offer.zoneId, nowMs()]);
    acknowledge?.({ ok: true });
  });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', (error) => reject(new Error(`a phone was not let in: ${error.message}`)));
  });
}

async function openAll(url, tokensFile, count) {
  const tokens = JSON.parse(readFileSync(tokensFile, 'utf8')).slice(0, count);
  let next = 0;
  const worker = async () => {
    while (next < tokens.length) {
      const shopper = next;
      next += 1;
      await open(url, tokens[shopper], shopper);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function closeAll() {
  for (const socket of sockets) socket.close();
  sockets = [];
  arrivals = [];
}

const answers = {
  open: async ({ url, tokensFile, count }) => openAll(url, tokensFile, count),
  count: () => arrivals.length,
  take: () => {
    const taken = arrivals;
    arrivals = [];
    return taken;
  },
  close: closeAll,
};
process.on('message', async ({ kind, ...rest }) => {
  try {
    process.send({ answer: (await answers[kind](rest)) ?? null });
  } catch (error) {
    process.send({ failure: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
