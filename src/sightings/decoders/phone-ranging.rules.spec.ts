import { decoded, HEX, MAC, NAMED, NAMES, outcome, UUID } from '../../../test/support/decoding.js';
import { phoneRanging } from './phone-ranging.rules.js';

describe('a phone’s ranging', () => {
  const beacon = {
    uuid: UUID.toUpperCase(),
    major: 7,
    minor: 11,
    rssi: -60,
    accuracy: 1.2,
    proximity: 'ProximityNear',
    tx: -59,
  };
  const callback = (...beacons: unknown[]): object => ({
    eventType: 'didRangeBeaconsInRegion',
    region: {},
    beacons,
  });
  const heard = [{ index: 0, beaconIds: [NAMED], rssiDbm: -60, measuredPowerDbm: -59 }];

  it('reads iOS and Cordova, and a bare list', () => {
    for (const body of [callback(beacon), [beacon]])
      expect(decoded(phoneRanging, body)).toEqual({ heard, refused: [] });
  });

  it('reads the Android library: ids of each kind, and the address', () => {
    const android = {
      id1: UUID,
      id2: '7',
      id3: '11',
      rssi: -60,
      txPower: -59,
      bluetoothAddress: 'C3:00:00:12:AB:34',
    };
    const eddystone = { ...android, id1: '0x00112233445566778899', id2: '0xaabbccddeeff', id3: undefined };
    const names = decoded(phoneRanging, [android, { ...android, beaconTypeCode: 0xbeac }, eddystone]).heard;
    expect(names.map(({ beaconIds }) => beaconIds)).toEqual([
      NAMES,
      [`altbeacon:${HEX}0007000b`, MAC],
      ['eddystone:00112233445566778899:aabbccddeeff', MAC],
    ]);
  });

  it('reads Flutter’s plugins: other names, numbers as text, and one beacon a call', () => {
    const { uuid, tx, ...rest } = beacon;
    const flutter = { ...rest, proximityUUID: uuid, txPower: tx, macAddress: 'C3:00:00:12:AB:34' };
    const asText = { ...beacon, major: '7', minor: '11', rssi: '-60', tx: '-59', accuracy: '0.32' };
    expect(
      decoded(phoneRanging, { region: {}, beacons: [flutter, { ...flutter, macAddress: null }] }).heard,
    ).toEqual([
      { ...heard[0], beaconIds: NAMES },
      { ...heard[0], index: 1 },
    ]);
    expect(decoded(phoneRanging, asText)).toEqual({ heard, refused: [] });
  });

  it.each([{ rssi: 0 }, { rssi: 127 }, { accuracy: -1 }, { accuracy: '-1.00' }])(
    'refuses %j as not heard, and keeps the others',
    (more) => {
      const { heard: kept, refused } = decoded(phoneRanging, callback({ ...beacon, ...more }, beacon));
      expect(refused).toMatchObject([{ index: 0, code: 'rssi-unknown' }]);
      expect(kept).toMatchObject([{ index: 1 }]);
    },
  );

  it('may hear nothing, or only monitor', () => {
    for (const body of [callback(), [], { eventType: 'didEnterRegion', region: {} }]) {
      expect(decoded(phoneRanging, body)).toEqual({ heard: [], refused: [] });
    }
  });

  it('takes an accuracy that is no number for none', () => {
    const accuracies = [null, 'unknown', { valueOf: 1, toString: 1 }];
    const { heard: kept } = decoded(
      phoneRanging,
      accuracies.map((accuracy) => ({ ...beacon, accuracy })),
    );
    expect(kept).toHaveLength(3);
  });

  it('names bad beacons, and refuses another body', () => {
    const rows = [7, { ...beacon, uuid: 'x' }, { ...beacon, rssi: 'loud' }, { ...beacon, timestamp: 'now' }];
    expect(decoded(phoneRanging, rows).refused.map(({ code }) => code)).toEqual([
      'wrong-type',
      'invalid-format',
      'wrong-type',
      'invalid-format',
    ]);
    expect(outcome(phoneRanging, {})).toMatchObject({ why: 'malformed-payload' });
  });
});
