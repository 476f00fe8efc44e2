import { readSettings, SettingsError } from './settings.js';

const base = { AISLECUE_SECRET: 'a-secret-of-at-least-thirty-two-characters' };
const topics = JSON.stringify([{ topic: 'shop/+', format: 'minew', storeId: 's1' }]);
const mqtt = { ...base, MQTT_URL: 'mqtt://localhost', MQTT_TOPICS: topics };

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    readSettings(env);
    return [];
  } catch (error) {
    return (error as SettingsError).faults;
  }
}

/** Check 28 of docs/security.md. */
describe('the settings of the broker', () => {
  it('are none where none is given', () => {
    expect(readSettings(base).mqtt).toBeUndefined();
  });

  it('share messages on MQTT 5, and not before, unless told', () => {
    const of = (more: Record<string, string>) => readSettings({ ...mqtt, ...more }).mqtt;
    expect(of({})).toMatchObject({ version: '5', shared: true });
    expect(of({ MQTT_VERSION: '3.1.1' })).toMatchObject({ version: '3.1.1', shared: false });
    expect(of({ MQTT_VERSION: '3.1.1', MQTT_SHARED: 'on' })).toMatchObject({ shared: true });
    expect(of({ MQTT_SHARED: 'off' })).toMatchObject({ shared: false });
  });

  it('name a process the same after a restart, and unlike its neighbour', () => {
    const idOf = (more: Record<string, string>) => readSettings({ ...mqtt, ...more }).mqtt?.clientId;
    expect(idOf({})).toBe(idOf({}));
    expect(idOf({})).not.toBe(idOf({ PORT: '3001' }));
    expect(idOf({ MQTT_CLIENT_ID: 'door-1' })).toBe('door-1');
  });

  it('belong together', () => {
    expect(faultsOf({ ...base, MQTT_URL: 'mqtt://localhost' })).toEqual([
      'MQTT_TOPICS: is required where MQTT_URL is given',
    ]);
    expect(faultsOf({ ...base, MQTT_TOPICS: topics })).toEqual([
      'MQTT_URL: is required where MQTT_TOPICS is given',
    ]);
  });

  it('tell all their faults with those of the others', () => {
    const faults = faultsOf({
      PORT: '0',
      MQTT_URL: 'http://localhost',
      MQTT_VERSION: '4',
      MQTT_CLIENT_ID: 'a b',
      MQTT_TOPICS: '[{"topic": "a#", "format": "minew"}, {"topic": "a", "format": "x", "storeId": "s1"}]',
    });
    expect(faults.map((fault) => fault.split(': ').slice(0, 2).join(': '))).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^MQTT_URL: /),
      expect.stringMatching(/^MQTT_CLIENT_ID: /),
      expect.stringMatching(/^MQTT_VERSION: /),
      expect.stringMatching(/^AISLECUE_SECRET: is required/),
      'MQTT_TOPICS: [0].topic',
      'MQTT_TOPICS: [0].storeId',
      'MQTT_TOPICS: [1].format',
    ]);
  });
});

describe('the holidays', () => {
  it('are days of each year, or of one', () => {
    const { holidays } = readSettings({ ...base, HOLIDAYS: '12-25, 02-29,2026-04-05' });
    expect([...holidays]).toEqual(['12-25', '02-29', '2026-04-05']);
    expect(readSettings(base).holidays.size).toBe(0);
  });

  it.each(['25.12.', '13-01', '2026-02-30', '12-25,'])('are not %p', (HOLIDAYS) => {
    expect(faultsOf({ ...base, HOLIDAYS })).toEqual([expect.stringMatching(/^HOLIDAYS: expected days/)]);
  });
});

describe('the doors', () => {
  it('have limits and trust nobody, unless told', () => {
    expect(readSettings(base).doors).toEqual({
      trustedProxies: [],
      allowedOrigins: [],
      looksPerMinute: 120,
      ratePerSecond: { shopper: 100, staff: 200, till: 200, gateway: 200, service: 2_000, address: 200 },
      signInsPerMinute: 100,
      oidc: undefined,
    });
  });

  it('take lists of proxies and origins', () => {
    const { doors } = readSettings({
      ...base,
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      ALLOWED_ORIGINS: 'https://a.test, http://b.test:81',
    });
    expect([doors.trustedProxies, doors.allowedOrigins]).toEqual([
      ['10.0.0.0/8', '::1'],
      ['https://a.test', 'http://b.test:81'],
    ]);
  });

  it.each([
    ['a proxy by name', { TRUSTED_PROXIES: 'proxy' }, /^TRUSTED_PROXIES: expected addresses/],
    ['too long a range', { TRUSTED_PROXIES: '10.0.0.0/33' }, /^TRUSTED_PROXIES: /],
    [
      'an origin with a path',
      { ALLOWED_ORIGINS: 'https://a.test/app' },
      /^ALLOWED_ORIGINS: expected origins/,
    ],
    ['a rate below none', { RATE_STAFF: '-1' }, /^RATE_STAFF: /],
    ['half of a provider', { OIDC_ISSUER: 'https://id.test' }, /^OIDC_ISSUER, OIDC_CLIENT_ID, .* together$/],
    [
      'a provider over http',
      { OIDC_ISSUER: 'http://id.test', OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b' },
      /^OIDC_ISSUER: is https/,
    ],
  ])('refuse %s', (_, env, fault) => {
    expect(faultsOf({ ...base, ...env })).toEqual([expect.stringMatching(fault)]);
  });
});
