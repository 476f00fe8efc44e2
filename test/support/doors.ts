import { randomBytes } from 'node:crypto';
import { callerOf, type Call } from './http.js';
import { runCli, type Environment } from './program.js';

/** What the words of the corner shop need of a program, in this process or another. */
export interface Doors {
  readonly url: string;
  readonly serviceKey: string;
  readonly call: Call;
  key(kind: 'gateway' | 'pos' | 'service', storeId?: string): Promise<string>;
  staff(...roles: string[]): Promise<{ token: string }>;
}

/** A running program's doors: the first admin comes from the command line, all else over HTTP. */
export async function doorsOf(url: string, env: Environment): Promise<Doors> {
  const call = callerOf(url);
  const password = 'correct horse battery';
  const signIn = async (email: string): Promise<string> => {
    const { body } = await call('POST', '/v1/sessions', { body: { email, password } });
    return body.token as string;
  };
  const email = `${randomBytes(4).toString('hex')}@shop.test`;
  await runCli(['staff', 'add', '--email', email, '--roles', 'admin', '--password', password], env);
  const as = await signIn(email);
  const key: Doors['key'] = async (kind, storeId) => {
    const body = { kind, label: 'test', ...(storeId !== undefined && { storeId }) };
    return (await call('POST', '/v1/keys', { as, body })).body.key as string;
  };
  return {
    url,
    call,
    key,
    serviceKey: await key('service'),
    staff: async (...roles) => {
      const address = `${roles.join('-')}-${randomBytes(4).toString('hex')}@shop.test`;
      const body = { email: address, displayName: address, password, roles };
      await call('POST', '/v1/staff', { as, body });
      return { token: await signIn(address) };
    },
  };
}
