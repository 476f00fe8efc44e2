import type { StaffAccounts } from '../../access/index.js';
import type { Refit } from '../../insights/index.js';
import { ApiError, type Api } from '../api.js';
import { readDemoFile, writeDemoFile, type DemoFile } from '../demo-file.js';
import { STORE_ID } from '../shop/layout.rules.js';
import type { Person } from '../shop/people.rules.js';
import { settleKeys } from './keys.js';
import { settleOffers } from './offers.js';
import { settleSegments } from './segments.js';
import { settleStaff } from './staff.js';
import { openStore, stockUp } from './stock-up.js';

interface SetUp {
  api: Api;
  people: readonly Person[];
  dataFolder: string;
  secret: string;
  quiet: boolean;
  accounts: StaffAccounts;
  refit: Refit;
  /** Takes one line about what is going on. */
  say: (line: string) => void;
}

/** Tokens asked for at one time. */
const TOKENS_AT_ONCE = 8;

/** Sets the demo shop up, or finds it as it was left, and writes `demo.json`. May be cut short and done again. */
export async function setUp(demo: SetUp): Promise<DemoFile> {
  const { api, people, dataFolder, secret, quiet, say } = demo;
  const before = readDemoFile(dataFolder);
  const staff = await settleStaff(api, demo.accounts, secret);
  await openStore(api, staff.sessions.admin);
  const keys = await settleKeys(api, staff.sessions.admin, before);
  if (before === undefined) {
    say(`Filling Corner Market: ${people.length} shoppers with months of purchases …`);
    await stockUp(api, keys.serviceKey, people, staff.beganAt);
    await demo.refit.run();
  }
  await settleOffers(api, staff.sessions, quiet);
  await settleSegments(api, staff.sessions.marketer);
  const file: DemoFile = {
    baseUrl: api.baseUrl,
    ...keys,
    storeId: STORE_ID,
    staff: staff.logins,
    shoppers: await tokensFor(api, keys.serviceKey, people),
  };
  writeDemoFile(dataFolder, file);
  return file;
}

/** Fresh tokens for all: they last a day. A shopper who is gone, erased or merged, has none. */
export async function tokensFor(
  api: Api,
  serviceKey: string,
  people: readonly Person[],
): Promise<DemoFile['shoppers']> {
  const shoppers: DemoFile['shoppers'] = [];
  for (let from = 0; from < people.length; from += TOKENS_AT_ONCE) {
    const batch = people.slice(from, from + TOKENS_AT_ONCE);
    const issued = await Promise.all(batch.map(({ shopperId }) => tokenFor(api, serviceKey, shopperId)));
    shoppers.push(...issued.filter((one) => one !== undefined));
  }
  return shoppers;
}

async function tokenFor(
  api: Api,
  serviceKey: string,
  shopperId: string,
): Promise<DemoFile['shoppers'][number] | undefined> {
  try {
    const { token } = await api.post<{ token: string }>(`/v1/shoppers/${shopperId}/tokens`, {}, serviceKey);
    return { shopperId, token };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
