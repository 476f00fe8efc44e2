import { beaconId, hourRange, instant, name, shopperId, timeZone } from './vocabulary.js';

const takes = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;

describe('the words that every door shares', () => {
  it('keeps ids of the retailer as given and refuses what no id may hold', () => {
    expect(shopperId.parse('Card:0042._-')).toBe('Card:0042._-');
    for (const bad of ['', 'a b', 'a/b', 'é', 'x'.repeat(65), 7]) expect(takes(shopperId, bad)).toBe(false);
  });

  it('takes beacons only in their canonical form', () => {
    expect(takes(beaconId, 'mac:ac233f8c7cee')).toBe(true);
    expect(takes(beaconId, 'ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0:0:65535')).toBe(true);
    for (const bad of [
      'mac:AC233F8C7CEE',
      'mac:ac:23:3f:8c:7c:ee',
      'ibeacon:e2c56db5dffb48d2b060d0f5a71096e0:0:0',
    ]) {
      expect(takes(beaconId, bad)).toBe(false);
    }
  });

  it('reads times with an offset as one moment, and none without', () => {
    expect(instant.parse('2026-11-22T10:30:00+01:00')).toBe(Date.parse('2026-11-22T09:30:00Z'));
    for (const bad of ['2026-11-22T10:30:00', '2026-11-22', 'now', 1_700_000_000])
      expect(takes(instant, bad)).toBe(false);
  });

  it('refuses text that Postgres cannot keep', () => {
    expect(takes(name, 'Ada 😀')).toBe(true);
    expect(takes(name, 'A\0da')).toBe(false);
    expect(takes(name, 'A\ud83dda')).toBe(false);
  });

  it('knows zones and hours of the clock', () => {
    expect(takes(timeZone, 'Europe/Paris')).toBe(true);
    expect(takes(timeZone, 'Mars/Olympus')).toBe(false);
    expect(takes(hourRange, { from: '22:00', to: '06:00' })).toBe(true);
    expect(takes(hourRange, { from: '25:00', to: '06:00' })).toBe(false);
  });
});
