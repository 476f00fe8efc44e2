import { boot, type Running } from '../../src/boot.js';
import { Log, SETTINGS, type ConnectedSettings } from '../../src/platform/index.js';
import type { Shop } from './shop.js';

/** Another process of the same installation: same database, same Redis, another role if wanted. */
export function twin(shop: Shop, role: ConnectedSettings['role'] = 'all'): Promise<Running> {
  const settings = shop.get<ConnectedSettings>(SETTINGS as never);
  return boot({ ...settings, role, port: 0 }, new Log(settings.logLevel));
}
