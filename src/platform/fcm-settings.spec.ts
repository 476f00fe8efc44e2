import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isSafeEndpoint, readServiceAccount } from './fcm-settings.js';

const folder = mkdtempSync(path.join(tmpdir(), 'aislecue-fcm-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const good = {
  type: 'service_account',
  project_id: 'shop',
  client_email: 'push@shop.iam.gserviceaccount.com',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
};
const read = (content: unknown): { account: unknown; faults: string[] } => {
  const file = path.join(folder, 'account.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  const faults: string[] = [];
  return { account: readServiceAccount(file, faults), faults };
};

describe('readServiceAccount', () => {
  it('takes what Firebase gives out', () => {
    const { account, faults } = read(good);
    expect(faults).toEqual([]);
    expect(account).toEqual({ projectId: 'shop', credentialsFile: path.join(folder, 'account.json') });
  });

  it('is off without a file', () => {
    expect(readServiceAccount(undefined, [])).toBeUndefined();
  });

  it.each([
    ['a file that is not there', undefined, 'cannot be read (ENOENT)'],
    ['no JSON', 'nonsense', 'is no JSON'],
    ['another kind of file', { project_info: {} }, 'is no service account of Firebase'],
    ['a broken key', { ...good, private_key: 'secret words' }, '(private_key)'],
  ])('refuses %s, and shows nothing of it', (_, content, detail) => {
    const faults: string[] = [];
    if (content === undefined) readServiceAccount(path.join(folder, 'nowhere'), faults);
    const told = content === undefined ? faults : read(content).faults;
    expect(told).toEqual([expect.stringContaining(detail)]);
    expect(told.join()).toMatch(/^FCM_CREDENTIALS: /);
    expect(told.join()).not.toContain('secret');
  });
});

describe('isSafeEndpoint', () => {
  it.each([
    ['https://fcm.proxy.test', true],
    ['http://127.0.0.1:8080', true],
    ['http://[::1]:8080', true],
    ['http://fcm.proxy.test', false],
    ['http://localhost.evil.test', false],
  ])('%s: %s', (address, safe) => {
    expect(isSafeEndpoint(address)).toBe(safe);
  });
});
