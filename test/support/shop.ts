import { randomBytes } from 'node:crypto';
import type { Type } from '@nestjs/common';
import pg from 'pg';
import { ApiKeys, ShopperTokens, StaffAccounts } from '../../src/access/index.js';
import { boot, type Running } from '../../src/boot.js';
import { Clock, Database, Log, RedisConnections, readSettings } from '../../src/platform/index.js';
import type { Principal, ShopperId, StaffRole } from '../../src/shared/index.js';
import { callerOf, type Call } from './http.js';

export type { Ask, Reply } from './http.js';

/** A shop of its own for one test file: own database, own keys in Redis, the whole program in this process. */
export interface Shop {
  url: string;
  database: Database;
  redis: RedisConnections;
  serviceKey: string;
  call: Call;
  key(kind: 'gateway' | 'pos' | 'service', storeId?: string): Promise<string>;
  staff(...roles: StaffRole[]): Promise<{ token: string; staffId: string }>;
  shopperToken(shopperId: string): Promise<string>;
  get<T>(token: Type<T>): T;
  stop(): Promise<void>;
}

const OPERATOR: Principal = {
  kind: 'staff',
  staffId: '00000000-0000-7000-8000-000000000000' as never,
  roles: ['admin'],
  storeIds: [],
};

/** Boots the program against the services that `npm test` has started; what it logs goes to `logged`, if given. */
export async function startShop(
  overrides: Record<string, string> = {},
  logged?: { write(line: string): void },
): Promise<Shop> {
  const name = `shop_${randomBytes(6).toString('hex')}`;
  const base = required('TEST_DATABASE_URL');
  await admin(base, `CREATE DATABASE ${name}`);
  const databaseUrl = new URL(base);
  databaseUrl.pathname = `/${name}`;
  const settings = readSettings({
    AISLECUE_SECRET: 'test-secret-of-at-least-thirty-two-characters',
    DATABASE_URL: databaseUrl.href,
    REDIS_URL: required('TEST_REDIS_URL'),
    REDIS_PREFIX: name.replace('_', '-'),
    LOG_LEVEL: process.env['TEST_LOG'] ?? 'error',
    DATABASE_POOL: '8',
    DRAIN_SECONDS: '0',
    HOST: '127.0.0.1',
    ...overrides,
  });
  const running = await boot(
    { ...settings, port: 0, databaseUrl: databaseUrl.href, redisUrl: settings.redisUrl ?? '' },
    new Log(settings.logLevel, logged),
  );
  return dress(running, base, name);
}

async function dress(running: Running, base: string, name: string): Promise<Shop> {
  const { app, url } = running;
  const keys = app.get(ApiKeys);
  const key: Shop['key'] = async (kind, storeId) =>
    (
      await keys.create(
        { kind, label: 'test', ...(storeId === undefined ? {} : { storeId: storeId }) },
        OPERATOR,
      )
    ).key;
  const call = callerOf(url);
  return {
    url,
    database: app.get(Database),
    redis: app.get(RedisConnections),
    serviceKey: await key('service'),
    call,
    key,
    staff: async (...roles) => {
      const email = `${roles.join('-')}-${randomBytes(4).toString('hex')}@shop.test`;
      const password = 'correct horse battery';
      const { staffId } = await app
        .get(StaffAccounts)
        .create({ email, displayName: roles.join(' '), password, roles, storeIds: [] }, OPERATOR);
      const { body } = await call('POST', '/v1/sessions', { body: { email, password } });
      return { token: body.token, staffId };
    },
    shopperToken: async (shopperId) =>
      (await app.get(ShopperTokens).issue(shopperId as ShopperId, app.get(Clock).now())).token,
    get: (token) => app.get(token, { strict: false }),
    stop: async () => {
      await running.stop();
      await admin(base, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function admin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests with \`npm test\``);
  return value;
}
