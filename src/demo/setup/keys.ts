import { ApiError, type Api } from '../api.js';
import type { DemoFile } from '../demo-file.js';
import { STORE_ID } from '../shop/layout.rules.js';

type DemoKeys = Pick<DemoFile, 'serviceKey' | 'posKey' | 'gatewayKey'>;

/** The keys that an earlier start has left where they still open doors, else new ones. */
export async function settleKeys(api: Api, admin: string, before: DemoFile | undefined): Promise<DemoKeys> {
  const settle = async (kind: 'service' | 'pos' | 'gateway', known: string | undefined): Promise<string> => {
    if (known !== undefined && (await opens(api, known))) return known;
    const store = kind === 'service' ? {} : { storeId: STORE_ID };
    const made = await api.post<{ key: string }>('/v1/keys', { kind, label: 'demo', ...store }, admin);
    return made.key;
  };
  return {
    serviceKey: await settle('service', before?.serviceKey),
    posKey: await settle('pos', before?.posKey),
    gatewayKey: await settle('gateway', before?.gatewayKey),
  };
}

/** Only a key that is known may be told that this is not for it. */
async function opens(api: Api, key: string): Promise<boolean> {
  try {
    await api.get('/v1/keys', key);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return error.status !== 401;
    throw error;
  }
}
