import fc from 'fast-check';
import { readAdvertisement, structure } from './advertisement.rules.js';

const FLAGS = '020106';
const UUID = 'f7826da64fa24e988024bc5b71e0893e';
const I_BEACON = `1aff4c000215${UUID}00010203c5`;
const ALT_BEACON = `1bff1801beac0123456789abcdef0123456789abcdef01234567c400`;
const EDDYSTONE_UID = `0303aafe1516aafe00ee00112233445566778899aabbccddeeff`;
const EDDYSTONE_EID = '0303aafe0d16aafe30e70102030405060708';
const EDDYSTONE_TLM = '0303aafe1116aafe20000bb815000000000a00000064';

const read = (hex: string): unknown => readAdvertisement(Buffer.from(hex, 'hex'));

describe('an advertisement', () => {
  it.each([
    ['iBeacon', FLAGS + I_BEACON, 'ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e:1:515', -59],
    ['AltBeacon of any company', ALT_BEACON, 'altbeacon:0123456789abcdef0123456789abcdef01234567', -60],
    [
      'Eddystone UID without its reserved bytes',
      EDDYSTONE_UID,
      'eddystone:00112233445566778899:aabbccddeeff',
      -59,
    ],
    ['Eddystone EID', EDDYSTONE_EID, 'eid:0102030405060708', -66],
  ])('of %s gives its id and the level at one metre', (_, hex, beaconId, measuredPowerDbm) => {
    expect(read(hex)).toEqual({ beaconIds: [beaconId], measuredPowerDbm });
  });

  it('may hold two beacons', () => {
    const { beaconIds } = readAdvertisement(Buffer.from(EDDYSTONE_EID + I_BEACON, 'hex'));
    expect(beaconIds.map((id) => id.split(':')[0])).toEqual(['eid', 'ibeacon']);
  });

  it.each([
    ['nothing', ''],
    ['no beacon', '0201060c096d625f53496e394b50444a'],
    ['an iPhone, not an iBeacon', '0aff4c001005011c0a0b0c'],
    ['the company with its bytes swapped', I_BEACON.replace('4c00', '004c')],
    ['a length beyond the end', `1fff4c000215${UUID}00010203c5`],
    ['an iBeacon cut short', `14ff4c000215${UUID.slice(0, 30)}`],
    ['an id behind a length of nought', `00${I_BEACON}`],
  ])('of %s has no id', (_, hex) => {
    expect(read(hex)).toEqual({ beaconIds: [] });
  });

  it.each([
    ['Eddystone telemetry', EDDYSTONE_TLM, { batteryMillivolts: 3000 }],
    ['a Kontakt.io tag', '0f166afe0206010a6404616263646566', { batteryPercent: 100 }],
    [
      'a Ruuvi tag',
      '0201061bff99040513c85714c7cc00240008041cab76f41c3cc6a5b9e0ad06',
      { batteryMillivolts: 2971 },
    ],
    ['a beacon without battery', EDDYSTONE_TLM.replace('0bb8', '0000'), undefined],
    ['encrypted telemetry', '0303aafe1116aafe2001021203130414243405152535', undefined],
    ['telemetry cut short', '0201060303aafe1116aafe20000bd091181501e329', undefined],
  ])('of %s tells the battery and names nobody', (_, hex, battery) => {
    expect(read(hex)).toEqual({ beaconIds: [], ...(battery && { battery }) });
  });

  it.each([
    ['an Eddystone URL', '0201060303aafe0d16aafe10e702676f6f676c65000c09526164426561636f6e2047'],
    ['another frame under Eddystone’s service', '0d16aafe21010b0c1318000021ff'],
    ['an AltBeacon of a shorter structure', `16ff1801beac${'2f'.repeat(16)}00010002c509000000`],
  ])('of %s names nobody', (_, hex) => {
    expect(read(hex)).toEqual({ beaconIds: [] });
  });

  it('with a scan response is one sender: its ids, power and battery are joined', () => {
    expect(
      readAdvertisement(Buffer.from(EDDYSTONE_TLM, 'hex'), Buffer.from(FLAGS + I_BEACON, 'hex')),
    ).toEqual({
      beaconIds: ['ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e:1:515'],
      measuredPowerDbm: -59,
      battery: { batteryMillivolts: 3000 },
    });
  });

  it('of an AltBeacon may leave its last byte outside the structure', () => {
    const hex = '02011a1aff1801beac2f234454cf6d4a0fadf2f4911ba9ffa600010002c5000000';
    expect(read(hex)).toEqual({
      beaconIds: ['altbeacon:2f234454cf6d4a0fadf2f4911ba9ffa600010002'],
      measuredPowerDbm: -59,
    });
  });

  it('lends its header to data that comes without, up to what a structure holds', () => {
    expect(structure('manufacturer', Buffer.from(I_BEACON, 'hex').subarray(2)).toString('hex')).toBe(
      I_BEACON,
    );
    expect(structure('service', Buffer.alloc(255))).toHaveLength(0);
  });

  it('does not believe a level of 0 dBm or more at one metre', () => {
    expect(read(`1aff4c000215${UUID}0001020364`)).toEqual({
      beaconIds: ['ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e:1:515'],
    });
  });

  it('of any bytes is read without a fault', () => {
    const known = fc
      .constantFrom(I_BEACON, ALT_BEACON, EDDYSTONE_UID, EDDYSTONE_EID)
      .map((hex) => Buffer.from(hex, 'hex'));
    const mangled = fc
      .tuple(fc.uint8Array({ maxLength: 8 }), known, fc.nat(40))
      .map(([before, packet, cut]) => Buffer.concat([before, packet.subarray(0, cut)]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), mangled), (bytes) => {
        for (const id of readAdvertisement(bytes).beaconIds) {
          expect(id).toMatch(
            /^(ibeacon:[0-9a-f-]{36}:\d+:\d+|altbeacon:[0-9a-f]{40}|eddystone:[0-9a-f]{20}:[0-9a-f]{12}|eid:[0-9a-f]{16})$/,
          );
        }
      }),
    );
  });
});
