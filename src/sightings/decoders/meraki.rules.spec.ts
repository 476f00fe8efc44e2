import { decoded, NAMES, outcome, PACKET, UUID } from '../../../test/support/decoding.js';
import { meraki } from './meraki.rules.js';

describe('Meraki', () => {
  const latestRecord = {
    time: '2026-11-22T09:59:40Z',
    nearestApMac: 'a8:46:9d:27:56:63',
    nearestApRssi: -93,
  };
  const observation = {
    locations: [],
    name: '',
    bleBeacons: [{ rawData: PACKET, bleType: 'ibeacon' }],
    clientMac: 'c3:00:00:12:ab:34',
    latestRecord,
  };
  const document = (...observations: unknown[]): Record<string, unknown> => ({
    version: '3.0',
    secret: 's3cret',
    type: 'Bluetooth',
    data: { observations },
  });
  const first = {
    index: 0,
    beaconIds: NAMES,
    rssiDbm: -93,
    measuredPowerDbm: -59,
    observedAt: Date.parse(latestRecord.time),
    heardBy: 'a8469d275663',
  };

  it('says by which access point a beacon was heard, and hands out the secret', () => {
    expect(decoded(meraki, document(observation))).toEqual({ secret: 's3cret', heard: [first], refused: [] });
  });

  it('reads every access point of every located moment, the latest once', () => {
    const rssiRecords = [
      { apMac: 'a8:46:9d:27:56:63', rssi: -93 },
      { apMac: 'a8:46:9d:27:56:64', rssi: '-70' },
      { apMac: 'a8:46:9d:27:56:65', rssi: 40 },
      { apMac: 'nobody', rssi: -70 },
    ];
    const locations = [{ time: latestRecord.time, lat: 'NaN', lng: 'NaN', rssiRecords }, { lat: 1 }];
    const { heard, refused } = decoded(meraki, document({ ...observation, locations }));
    expect(heard.map((each) => [each.heardBy, each.rssiDbm])).toEqual([
      ['a8469d275663', -93],
      ['a8469d275664', -70],
    ]);
    expect(refused).toMatchObject([
      { index: 0, code: 'out-of-range' },
      { index: 0, code: 'invalid-format' },
    ]);
  });

  it('hears nothing in Wi-Fi documents, and reads documents in a row', () => {
    const wifi = { ...document(observation), type: 'WiFi' };
    expect(decoded(meraki, wifi)).toEqual({ secret: 's3cret', heard: [], refused: [] });
    const ble = { ...document(7, observation), type: 'BLE' };
    const { heard, refused } = decoded(meraki, JSON.stringify(wifi) + JSON.stringify(ble));
    expect(refused).toMatchObject([{ index: 0, code: 'wrong-type' }]);
    expect(heard).toEqual([{ ...first, index: 1 }]);
  });

  it('reads the fields of a beacon that comes without its packet', () => {
    const ibeacon = { bleType: 'ibeacon', uuid: UUID, major: 7, minor: '11', txPower: -59 };
    const bleBeacons = [{ bleType: 'unknown', txPower: -12 }, ibeacon];
    expect(decoded(meraki, document({ ...observation, bleBeacons })).heard).toEqual([first]);
  });

  it.each([
    ['version 2', { ...document(), version: '2.1' }],
    ['no type', { ...document(), type: undefined }],
    ['no observations', { ...document(), data: {} }],
    ['two secrets', `${JSON.stringify(document())}${JSON.stringify({ ...document(), secret: 'other' })}`],
    ['too many observations', document(...Array<number>(10_001).fill(0))],
  ])('of %s cannot be read', (_, body) => {
    expect(outcome(meraki, body)).toMatchObject({ ok: false, why: 'malformed-payload' });
  });

  it('names an observation that nobody heard', () => {
    expect(decoded(meraki, document({ clientMac: 'c3:00:00:12:ab:34' })).refused).toMatchObject([
      { code: 'required' },
    ]);
  });
});
