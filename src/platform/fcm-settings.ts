import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Firebase Cloud Messaging: in whose name, how much, and where to. */
export interface FcmSettings {
  projectId: string;
  /** Of the service account: read again by firebase-admin, which takes its own connections only so. */
  credentialsFile: string;
  /** Where to connect to instead of Google. */
  endpoint: string | undefined;
  messagesPerMinute: number;
}

const isKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
};
const account = z.object({
  type: z.literal('service_account'),
  project_id: z.string().min(1),
  client_email: z.email(),
  private_key: z.string().refine(isKey, 'no RSA key in PEM'),
});
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** An address that an access token may be sent to. */
export function isSafeEndpoint(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || LOOPBACK.has(hostname);
}

/** A service account as Firebase gives it out; what is wrong with it goes to `faults`, without a word of its content. */
export function readServiceAccount(
  file: string | undefined,
  faults: string[],
): Pick<FcmSettings, 'projectId' | 'credentialsFile'> | undefined {
  if (file === undefined) return undefined;
  const { given, fault } = contentOf(file);
  const { data, error } = account.safeParse(given);
  if (data === undefined) {
    const places = error.issues.map(({ path }) => path.join('.') || 'the whole');
    const detail = fault ?? `is no service account of Firebase (${[...new Set(places)].join(', ')})`;
    faults.push(`FCM_CREDENTIALS: ${detail}`);
    return undefined;
  }
  return { projectId: data.project_id, credentialsFile: file };
}

function contentOf(file: string): { given?: unknown; fault?: string } {
  try {
    return { given: JSON.parse(readFileSync(file, 'utf8')) as unknown };
  } catch (error) {
    // What JSON.parse says would show some of the content.
    if (error instanceof SyntaxError) return { fault: 'is no JSON' };
    return { fault: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` };
  }
}
