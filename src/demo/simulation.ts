import { Api } from './api.js';
import { writeDemoFile, type DemoFile } from './demo-file.js';
import { Gateways } from './gateways.js';
import { Phones } from './phones.js';
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
  /** Without shoppers: only the tokens are kept fresh. */
  quiet: boolean;
  say: (line: string) => void;
}

/** Lets the shop run by itself. @returns how to make it stand still */
export function simulate({ demo, people, dataFolder, quiet, say }: Simulated): () => void {
  const api = new Api(demo.baseUrl);
  const walk = new Walk(people);
  const lines = new OfferLines(api, demo.serviceKey, people, say);
  const till = new Till(api, demo, walk, say);
  const gateways = new Gateways(api, demo.gatewayKey, walk, say);
  const phones = new Phones(demo.baseUrl, demo.shoppers, (shopperId, offer) => {
    till.keep(shopperId, offer);
    void lines.tell(shopperId, offer, Date.now());
  });
  const renewing = setInterval(() => {
    void renewTokens(api, demo, people, dataFolder)
      .then((shoppers) => phones.renew(shoppers))
      .catch((error: unknown) => say(`The shoppers' tokens could not be renewed: ${String(error)}`));
  }, RENEW_TOKENS_MS);
  const moving = quiet ? [] : [phones, till, gateways];
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
