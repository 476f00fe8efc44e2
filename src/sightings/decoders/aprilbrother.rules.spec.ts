import { encode } from '@msgpack/msgpack';
import { decoded, MAC, NAMES, outcome, PACKET } from '../../../test/support/decoding.js';
import { aprilbrother } from './aprilbrother.rules.js';

describe('April Brother', () => {
  const frame = `02c3000012ab34ce${PACKET}`;
  const body = (devices: unknown): object => ({
    v: '1.4',
    mid: 7,
    time: 93,
    ip: '10.0.0.7',
    mac: '7CDFA1000001',
    devices,
  });

  it('reads frames in MessagePack and in JSON', () => {
    const heard = [{ index: 0, beaconIds: NAMES, rssiDbm: -50, measuredPowerDbm: -59 }];
    const packed = Buffer.from(encode(body([Buffer.from(frame, 'hex')])));
    for (const payload of [packed, body([frame])]) {
      expect(decoded(aprilbrother, payload)).toEqual({
        gatewayHardwareId: '7CDFA1000001',
        heard,
        refused: [],
      });
    }
  });

  it('reads the JSON of the gateway, where a frame is a list of its parts', () => {
    const parts = [3, 'C3000012AB34', -50, PACKET.toUpperCase()];
    const { heard, refused } = decoded(
      aprilbrother,
      body([
        parts,
        [4, 'C3000012AB34', -51, ''],
        [3, 'C3', -50, PACKET],
        [3, 'C3000012AB34', 127, PACKET],
        [],
      ]),
    );
    expect(heard).toEqual([
      { index: 0, beaconIds: NAMES, rssiDbm: -50, measuredPowerDbm: -59 },
      { index: 1, beaconIds: [MAC], rssiDbm: -51 },
    ]);
    expect(refused).toMatchObject([
      { index: 2, code: 'invalid-format' },
      { index: 3, code: 'rssi-unknown' },
      { index: 4, code: 'required' },
    ]);
  });

  it('names bad frames by place', () => {
    const { heard, refused } = decoded(aprilbrother, body([7, '02c3', frame, frame.replace('34ce', '347f')]));
    expect(heard).toMatchObject([{ index: 2 }]);
    expect(refused.map(({ code }) => code)).toEqual(['wrong-type', 'truncated', 'rssi-unknown']);
  });

  it.each([
    ['version 1', '{"v":"1"}\r\n\r\n\u00fe', 'malformed-json'],
    ['no devices', body(undefined), 'malformed-payload'],
    ['broken MessagePack', Buffer.from([0x81, 0xa1]), 'malformed-payload'],
  ])('of %s cannot be read', (_, payload, why) => {
    expect(outcome(aprilbrother, payload)).toMatchObject({ ok: false, why });
  });
});
