import { decoded, HEX, MAC, NAMED, NAMES, outcome, UUID } from '../../../test/support/decoding.js';
import { espresense } from './espresense.rules.js';

describe('ESPresense', () => {
  const id = `iBeacon:${UUID}-7-11`;
  const topic = `espresense/devices/${id}/office`;
  const message = { mac: 'c3000012ab34', id, 'rssi@1m': -59, rssi: -81.1, distance: 6.58, int: 2028 };

  it('reads a beacon with its address and its power', () => {
    const heard = [{ index: 0, beaconIds: NAMES, rssiDbm: -81.1, measuredPowerDbm: -59 }];
    expect(decoded(espresense, message, topic)).toEqual({ heard, refused: [] });
    expect(decoded(espresense, message)).toEqual({ heard, refused: [] });
    expect(decoded(espresense, { rssi: -90 }, topic).heard).toEqual([
      { index: 0, beaconIds: [NAMED], rssiDbm: -90 },
    ]);
  });

  it.each([
    [`altBeacon:${UUID}-7-11`, [`altbeacon:${HEX}0007000b`, MAC]],
    ['eddy:00112233445566778899-aabbccddeeff', ['eddystone:00112233445566778899:aabbccddeeff', MAC]],
    // The firmware repeats the fifth byte.
    ['eddy:0011223344445566778899-aabbccddeeff', ['eddystone:00112233445566778899:aabbccddeeff', MAC]],
    ['eddy:0011223344005566778899-aabbccddeeff', [MAC]],
    [`iBeacon:${UUID}-70000-11`, [MAC]],
    ['irk:00112233445566778899aabbccddeeff', [MAC]],
    ['apple:1005:9-12', [MAC]],
  ])('reads %s', (name, beaconIds) => {
    expect(decoded(espresense, { ...message, id: name }).heard[0]?.beaconIds).toEqual(beaconIds);
  });

  it('takes the address from the id where it says so', () => {
    for (const name of ['known:c3000012ab34', 'c3000012ab34']) {
      expect(decoded(espresense, { id: name, rssi: -60 }).heard[0]?.beaconIds).toEqual([MAC]);
    }
    expect(decoded(espresense, { id: 'apple:1005:9', rssi: -60 }).refused).toMatchObject([
      { code: 'required' },
    ]);
  });

  it('tells the battery', () => {
    expect(decoded(espresense, { ...message, mV: 2900, batt: 80 }).telemetry).toEqual([
      { beaconIds: NAMES, batteryMillivolts: 2900, batteryPercent: 80 },
    ]);
    expect(decoded(espresense, { ...message, batt: 80 }).telemetry).toEqual([
      { beaconIds: NAMES, batteryPercent: 80 },
    ]);
  });

  it.each([`${topic}/distance`, 'espresense/rooms/office/telemetry', `espresense/companion/${id}`])(
    'ignores %s',
    (other) => {
      expect(decoded(espresense, '6.58', other)).toEqual({ heard: [], refused: [] });
    },
  );

  it.each([
    ['no JSON', 'not json', topic, 'malformed-json'],
    ['no object', '7', topic, 'malformed-payload'],
    ['a topic of no room', '{"rssi":-81}', 'espresense/devices/x', 'malformed-payload'],
  ])('of %s cannot be read', (_, payload, other, why) => {
    expect(outcome(espresense, payload, other)).toMatchObject({ ok: false, why });
  });

  it('without a level is named', () => {
    expect(decoded(espresense, { id: 'x' }, topic).refused).toMatchObject([{ index: 0, code: 'required' }]);
    expect(decoded(espresense, { ...message, rssi: -128 }).refused).toMatchObject([{ code: 'out-of-range' }]);
  });
});
