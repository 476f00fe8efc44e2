import { generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A service account that no Google knows, as a file such as Firebase gives out. @returns its path */
export function fcmCredentials(folder: string): string {
  const file = path.join(folder, 'fcm.json');
  if (existsSync(file)) return file;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const account = {
    type: 'service_account',
    project_id: 'corner-market',
    client_email: 'push@corner-market.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
  writeFileSync(file, JSON.stringify(account), { mode: 0o600 });
  return file;
}
