// A process of its own: the shoppers' phones, and the push service they hang on. Real socket.io clients that
// acknowledge each offer, or are silent; where offers are pushed, their arrival is the push service's acceptance.
import { readFileSync } from 'node:fs';
import { io } from 'socket.io-client';
import { shopperOfPushToken } from './plan.mjs';

const AT_ONCE = 50;
/**
 * Phones come at their own times, so what each of them is sent every 25 s to know that it is there is spread as well. Were all
 * of them let in at once, 2,500 pings and their answers would come within a second.
 */
const COME_WITHIN_MS = 25_000;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
let sockets = [];
let arrivals = [];
let pushService;

/** What the program needs to know to push here. */
async function openPushService(folder) {
  const { FcmStandIn } = await import('../../dist/demo/fcm/fcm-stand-in.js');
  const { fcmCredentials } = await import('../../dist/demo/fcm/credentials.js');
  pushService = await FcmStandIn.start(({ token, data }) => {
    arrivals.push([shopperOfPushToken(token), data.zoneId, nowMs()]);
  });
  return { FCM_CREDENTIALS: fcmCredentials(folder), FCM_ENDPOINT: pushService.url };
}

function open(url, token, shopper, isSilent) {
  const socket = io(`${url}/shopper`, { auth: { token }, transports: ['websocket'], forceNew: true });
  socket.on('offer', (offer, acknowledge) => {
    if (isSilent) return;
    arrivals.push([shopper, offer.zoneId, nowMs()]);
    acknowledge?.({ ok: true });
  });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', (error) => reject(new Error(`a phone was not let in: ${error.message}`)));
  });
}

async function openAll(url, tokensFile, count, isSilent) {
  const tokens = JSON.parse(readFileSync(tokensFile, 'utf8')).slice(0, count);
  const startedAt = nowMs();
  let next = 0;
  const worker = async () => {
    while (next < tokens.length) {
      const shopper = next;
      next += 1;
      const early = startedAt + (shopper * COME_WITHIN_MS) / tokens.length - nowMs();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      await open(url, tokens[shopper], shopper, isSilent);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function closeAll() {
  for (const socket of sockets) socket.close();
  sockets = [];
  arrivals = [];
  pushService?.requests.splice(0);
}

const answers = {
  pushService: ({ folder }) => openPushService(folder),
  open: ({ url, tokensFile, count, isSilent }) => openAll(url, tokensFile, count, isSilent),
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
