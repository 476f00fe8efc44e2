import { decoded, MAC, NAMES, outcome, PACKET } from '../../../test/support/decoding.js';
import { SECOND_MS } from '../../shared/index.js';
import { ruuvi } from './ruuvi.rules.js';

describe('Ruuvi', () => {
  const SENT = 1_795_341_600;
  const tag = { rssi: -71, timestamp: SENT - 2, ble_phy: '1M', ble_chan: 37, data: PACKET.toUpperCase() };
  const post = (tags: object, more: object = {}): object => ({
    data: { coordinates: '', timestamp: SENT, nonce: 1, gw_mac: 'C8:25:2D:8E:9C:2C', tags, ...more },
  });

  it('gives the latest packet of each address, and the gateway’s clock', () => {
    expect(decoded(ruuvi, post({ 'C3:00:00:12:AB:34': tag }))).toEqual({
      gatewayHardwareId: 'C8:25:2D:8E:9C:2C',
      sentAt: SENT * SECOND_MS,
      heard: [
        {
          index: 0,
          beaconIds: NAMES,
          rssiDbm: -71,
          measuredPowerDbm: -59,
          observedAt: (SENT - 2) * SECOND_MS,
        },
      ],
      refused: [],
    });
  });

  it('of older firmware writes numbers as text, and without NTP counts', () => {
    const text = post(
      { C3000012AB34: { ...tag, timestamp: String(SENT), rssi: '-71' } },
      { timestamp: String(SENT) },
    );
    expect(decoded(ruuvi, text)).toMatchObject({ sentAt: SENT * SECOND_MS, heard: [{ rssiDbm: -71 }] });
    const { timestamp: _t, ...counted } = { ...tag, counter: 5 };
    const { heard, sentAt } = decoded(ruuvi, post({ C3000012AB34: counted }, { timestamp: undefined }));
    expect(heard[0]).not.toHaveProperty('observedAt');
    expect(sentAt).toBeUndefined();
  });

  it('keeps the sender’s clock when only some tags are stamped years ahead of it', () => {
    const tags = { C3000012AB34: tag, C3000012AB35: { ...tag, timestamp: SENT + 121_000_000 } };
    expect(decoded(ruuvi, post(tags)).sentAt).toBe(SENT * SECOND_MS);
    expect(decoded(ruuvi, post({ C3000012AB35: tags.C3000012AB35 }))).not.toHaveProperty('sentAt');
  });

  it('names tags it cannot read by their place and pollutes nothing', () => {
    const body = `{"data":{"gw_mac":7,"tags":{"__proto__":{"rssi":-1},"C3:00:00:12:AB:34":{"rssi":-70,"data":"zz"},"C3:00:00:12:AB:35":7}}}`;
    const { heard, refused, gatewayHardwareId } = decoded(ruuvi, body);
    expect(heard).toEqual([{ index: 1, beaconIds: [MAC], rssiDbm: -70 }]);
    expect(refused.map(({ index }) => index)).toEqual([0, 2]);
    expect(gatewayHardwareId).toBeUndefined();
  });

  it('over MQTT is one packet, of the address in the topic', () => {
    const message = {
      gw_mac: 'C8:25:2D:8E:9C:2C',
      rssi: -60,
      aoa: [],
      gwts: SENT,
      ts: SENT - 1,
      data: PACKET,
      coords: '',
    };
    const topic = 'ruuvi/C8:25:2D:8E:9C:2C/C3:00:00:12:AB:34';
    expect(decoded(ruuvi, message, topic)).toMatchObject({
      sentAt: SENT * SECOND_MS,
      heard: [{ beaconIds: NAMES }],
    });
    expect(decoded(ruuvi, message).refused).toMatchObject([{ index: 0, code: 'required' }]);
  });

  it('over MQTT may have no packet, only what it decoded: the tag is known by its address', () => {
    const message = {
      gw_mac: 'C8:25:2D:8E:9C:2C',
      rssi: -60,
      gwts: SENT,
      ts: SENT,
      dataFormat: 5,
      temperature: 21,
    };
    const heard = [{ index: 0, beaconIds: [MAC], rssiDbm: -60, observedAt: SENT * SECOND_MS }];
    expect(decoded(ruuvi, message, 'ruuvi/C8:25:2D:8E:9C:2C/C3:00:00:12:AB:34').heard).toEqual(heard);
    expect(decoded(ruuvi, { ...message, id: 'C3:00:00:12:AB:34' }, 'shop').heard).toEqual(heard);
  });

  it('tells a Ruuvi tag’s battery, and ignores its own status', () => {
    const data = '0201061BFF99040513C85714C7CC00240008041CAB76F41C3CC6A5B9E0AD06';
    expect(decoded(ruuvi, post({ C3000012AB34: { ...tag, data } })).telemetry).toEqual([
      { beaconIds: [MAC], batteryMillivolts: 2971 },
    ]);
    for (const status of [{ state: 'online' }, { DEVICE_ADDR: 'C8:25:2D:8E:9C:2C' }]) {
      expect(decoded(ruuvi, status)).toEqual({ heard: [], refused: [] });
    }
    expect(outcome(ruuvi, {})).toMatchObject({ why: 'malformed-payload' });
  });
});
