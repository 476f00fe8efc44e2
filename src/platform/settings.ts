import { hostname } from 'node:os';
import { z } from 'zod';
import { doorEnvironment, doorsFrom, type DoorSettings } from './door-settings.js';
import { isSafeEndpoint, readServiceAccount, type FcmSettings } from './fcm-settings.js';
import { readTopics, type MqttTopic } from './mqtt-topics.js';

/** What a process may do: answer HTTP and sockets, work on streams and outbox, or both. */
export type Role = 'api' | 'worker' | 'all';

/** At most some ten years. */
const days = z.coerce.number().int().min(1).max(3_660);
const port = z.coerce.number().int().min(1).max(65_535);

/** The environment as it may be. Documented one by one in `config/README.md`. */
const environment = z.object({
  PORT: port.default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  ROLE: z.enum(['api', 'worker', 'all']).default('all'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  MQTT_URL: z.url({ protocol: /^(mqtts?|wss?)$/ }).optional(),
  MQTT_TOPICS: z.string().min(1).optional(),
  MQTT_USERNAME: z.string().min(1).max(1_000).optional(),
  MQTT_PASSWORD: z.string().min(1).max(10_000).optional(),
  MQTT_CLIENT_ID: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, '1 to 128 letters, digits and . : _ -')
    .optional(),
  MQTT_VERSION: z.enum(['5', '3.1.1']).default('5'),
  MQTT_SHARED: z.enum(['on', 'off']).optional(),
  FCM_CREDENTIALS: z.string().min(1).optional(),
  FCM_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .refine(isSafeEndpoint, 'http: only on this machine, because an access token goes there')
    .optional(),
  FCM_MESSAGES_PER_MINUTE: z.coerce.number().int().min(1).max(10_000_000).default(480_000),
  JWKS_URL: z.url({ protocol: /^https?$/ }).optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).default('aislecue'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  AISLECUE_DATA: z.string().min(1).default('.data'),
  AISLECUE_SECRET: z.string().min(32, 'at least 32 characters; make one with `openssl rand -base64 32`'),
  REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'lower-case letters, digits and dashes')
    .default('aislecue'),
  PARTITIONS: z.coerce.number().int().min(1).max(256).default(16),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(16),
  DRAIN_SECONDS: z.coerce.number().min(0).max(120).default(5),
  DEFAULT_MARGIN_SHARE: z.coerce.number().min(0).max(1).default(0.3),
  POINT_VALUE: z.coerce.number().min(0).max(1_000_000).default(1),
  KEEP_SILENCE_DAYS: days.default(30),
  KEEP_OFFERS_DAYS: days.default(396),
  KEEP_VISITS_DAYS: days.default(90),
  KEEP_RECORDINGS_DAYS: days.default(30),
  WEBHOOKS_PRIVATE: z.enum(['on', 'off']).default('off'),
  HOLIDAYS: z
    .string()
    .transform((text) => text.split(',').map((day) => day.trim()))
    .refine((days) => days.every(isHoliday), 'expected days as 12-25 or 2026-04-05, parted by commas')
    .optional(),
  ...doorEnvironment,
});

/** The broker, and what to hear there. */
export interface MqttSettings {
  url: string;
  username: string | undefined;
  password: string | undefined;
  /** The same after a restart, and of no other process: the broker keeps a session under it. */
  clientId: string;
  version: '5' | '3.1.1';
  /** Whether the processes share the messages, so that each is taken once. */
  shared: boolean;
  topics: readonly MqttTopic[];
}

/** Settings of one process, checked. Times in the unit of their name. */
export interface Settings {
  port: number;
  host: string;
  role: Role;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** Undefined where no broker is given. */
  mqtt: MqttSettings | undefined;
  /** Undefined where no credentials are given: then push is off. */
  fcm: FcmSettings | undefined;
  jwksUrl: string | undefined;
  jwtIssuer: string | undefined;
  jwtAudience: string;
  publicUrl: string;
  logLevel: string;
  dataFolder: string;
  secret: string;
  redisPrefix: string;
  partitions: number;
  databasePool: number;
  drainSeconds: number;
  /** Of what was paid, where the cost of a product is not known. */
  defaultMarginShare: number;
  /** What a loyalty point costs the house, in minor units. */
  pointValue: number;
  /** For how many days rows are kept, by their kind. */
  keptDays: { silence: number; offers: number; visits: number; recordings: number };
  /** Whether webhooks may go to private addresses and by plain HTTP. */
  webhooksPrivate: boolean;
  /** Days on which purchases are counted as of a holiday: `MM-DD` each year, or `yyyy-mm-dd`. */
  holidays: ReadonlySet<string>;
  doors: DoorSettings;
}

/** The settings as a token for injection: an interface has no value at run time. */
export const SETTINGS = Symbol('settings');

/** All that is wrong with the environment, at once. */
export class SettingsError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`These settings cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

const DEMO_SECRET = /^demo-/;

/**
 * Reads the settings from an environment.
 *
 * @param demo true only for the demo shop: elsewhere its secret, which anybody can know, is refused
 * @throws SettingsError naming every fault
 */
export function readSettings(env: Record<string, string | undefined>, { demo = false } = {}): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  const faults = (parsed.error?.issues ?? []).map(
    (issue) => `${issue.path.join('.')}: ${worded(issue, given)}`,
  );
  if (!demo && DEMO_SECRET.test(given['AISLECUE_SECRET'] ?? '')) {
    faults.push('AISLECUE_SECRET: a demo secret is refused; make one with `openssl rand -base64 32`');
  }
  const topics = topicsOf(given, faults);
  const account = readServiceAccount(given['FCM_CREDENTIALS'], faults);
  const doors = parsed.success ? doorsFrom(parsed.data, faults) : undefined;
  if (!parsed.success || doors === undefined || faults.length > 0) throw new SettingsError(faults);
  const values = parsed.data;
  return {
    port: values.PORT,
    host: values.HOST,
    role: values.ROLE,
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    mqtt: mqttOf(values, topics),
    fcm: account && {
      ...account,
      endpoint: values.FCM_ENDPOINT,
      messagesPerMinute: values.FCM_MESSAGES_PER_MINUTE,
    },
    jwksUrl: values.JWKS_URL,
    jwtIssuer: values.JWT_ISSUER,
    jwtAudience: values.JWT_AUDIENCE,
    publicUrl: values.PUBLIC_URL ?? `http://localhost:${values.PORT}`,
    logLevel: values.LOG_LEVEL,
    dataFolder: values.AISLECUE_DATA,
    secret: values.AISLECUE_SECRET,
    redisPrefix: values.REDIS_PREFIX,
    partitions: values.PARTITIONS,
    databasePool: values.DATABASE_POOL,
    drainSeconds: values.DRAIN_SECONDS,
    defaultMarginShare: values.DEFAULT_MARGIN_SHARE,
    pointValue: values.POINT_VALUE,
    keptDays: {
      silence: values.KEEP_SILENCE_DAYS,
      offers: values.KEEP_OFFERS_DAYS,
      visits: values.KEEP_VISITS_DAYS,
      recordings: values.KEEP_RECORDINGS_DAYS,
    },
    webhooksPrivate: values.WEBHOOKS_PRIVATE === 'on',
    holidays: new Set(values.HOLIDAYS),
    doors,
  };
}

/** The table of topics; what is wrong with it, and a broker without table or a table without broker, go to `faults`. */
function topicsOf(given: Record<string, string | undefined>, faults: string[]): readonly MqttTopic[] {
  const { MQTT_TOPICS: setting, MQTT_URL: url } = given;
  if (setting === undefined) {
    if (url !== undefined) faults.push('MQTT_TOPICS: is required where MQTT_URL is given');
    return [];
  }
  if (url === undefined) faults.push('MQTT_URL: is required where MQTT_TOPICS is given');
  const table = readTopics(setting);
  faults.push(...table.faults.map((fault) => `MQTT_TOPICS: ${fault}`));
  return table.topics ?? [];
}

function mqttOf(
  values: z.output<typeof environment>,
  topics: readonly MqttTopic[],
): MqttSettings | undefined {
  if (values.MQTT_URL === undefined) return undefined;
  return {
    url: values.MQTT_URL,
    username: values.MQTT_USERNAME,
    password: values.MQTT_PASSWORD,
    clientId: values.MQTT_CLIENT_ID ?? `${values.REDIS_PREFIX}-${hostname()}-${values.PORT}`,
    version: values.MQTT_VERSION,
    shared: values.MQTT_SHARED === undefined ? values.MQTT_VERSION === '5' : values.MQTT_SHARED === 'on',
    topics,
  };
}

/** `MM-DD`, in any year, or `yyyy-mm-dd`; a day that exists. */
function isHoliday(day: string): boolean {
  // 2000 was a leap year, so that 29 February is a day.
  return z.iso.date().safeParse(day.length === 5 ? `2000-${day}` : day).success;
}

function worded(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const missing = issue.path.length === 1 && given[String(issue.path[0])] === undefined;
  return missing
    ? 'is required (at least 32 characters; make one with `openssl rand -base64 32`)'
    : issue.message;
}
