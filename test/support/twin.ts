import { boot, type Running } from '../../src/boot.js';
import { Log, SETTINGS, type ConnectedSettings } from '../../src/platform/index.js';
import type { Shop } from './shop.js';

/** Another process of the same installation: same database, same Redis, another role and other doors if wanted. */
export function twin(
  shop: Shop,
  role: ConnectedSettings['role'] = 'all',
  more: Partial<ConnectedSettings> = {},
): Promise<Running> {
  const settings = shop.get<ConnectedSettings>(SETTINGS as never);
  return boot({ ...settings, ...more, role, port: 0 }, new Log(settings.logLevel));
}
