import { Api } from './api.js';
import { writeDemoFile, type DemoFile } from './demo-file.js';
import { Gateways } from './gateways.js';
import type { DemoPush } from './fcm/demo-push.js';
import { Phones, type ReceivedOffer } from './phones.js';
import { Pocketed } from './pocketed.js';
import { OfferLines } from './print.js';
import { tokensFor } from './setup/set-up.js';
import type { Person } from './shop/people.rules.js';
import { Till } from './till.js';
import { Walk } from './walk/walk.js';

/** Tokens last a day; new ones come well before. */
const RENEW_TOKENS_MS = 8 * 3_600_000;

interface Simulated {
  demo: DemoFile;
  people: readonly Person[];
  dataFolder: string;
  /** The demo's push service; undefined where a real one is named. */
  push: DemoPush | undefined;
  /** Without shoppers: only the tokens are kept fresh. */
  quiet: boolean;
  say: (line: string) => void;
}

/** Lets the shop run by itself. @returns how to make it stand still */
export function simulate({ demo, people, dataFolder, push, quiet, say }: Simulated): () => void {
  const api = new Api(demo.baseUrl);
  const walk = new Walk(people);
  const lines = new OfferLines(api, demo.serviceKey, people, say);
  const till = new Till(api, demo, walk, say);
  const gateways = new Gateways(api, demo.gatewayKey, walk, say);
  const onOffer = (way: 'socket' | 'push') => (shopperId: string, offer: ReceivedOffer) => {
    till.keep(shopperId, offer);
    void lines.tell(shopperId, offer, { receivedAt: Date.now(), way });
  };
  const pocketed = new Pocketed(api, people, demo.shoppers, push, onOffer('push'));
  const phones = new Phones(demo.baseUrl, pocketed.others(demo.shoppers), onOffer('socket'));
  const renewing = setInterval(() => {
    void renewTokens(api, demo, people, dataFolder)
      .then((shoppers) => [phones, pocketed].forEach((each) => each.renew(shoppers)))
      .catch((error: unknown) => say(`The shoppers' tokens could not be renewed: ${String(error)}`));
  }, RENEW_TOKENS_MS);
  const moving = quiet ? [] : [phones, pocketed, till, gateways];
  for (const part of moving) part.start();
  return () => {
    clearInterval(renewing);
    for (const part of moving.toReversed()) part.stop();
  };
}

async function renewTokens(
  api: Api,
  demo: DemoFile,
  people: readonly Person[],
  dataFolder: string,
): Promise<DemoFile['shoppers']> {
  const shoppers = await tokensFor(api, demo.serviceKey, people);
  writeDemoFile(dataFolder, { ...demo, shoppers });
  return shoppers;
}
