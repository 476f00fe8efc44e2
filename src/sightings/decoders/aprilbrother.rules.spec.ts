import { encode } from '@msgpack/msgpack';
import { decoded, NAMES, outcome, PACKET } from '../../../test/support/decoding.js';
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
