import { decoded, HEX, MAC, NAMES, PACKET } from '../../../test/support/decoding.js';
import { openmqttgateway } from './openmqttgateway.rules.js';

describe('OpenMQTTGateway', () => {
  const device = {
    id: 'C3:00:00:12:AB:34',
    mac_type: 1,
    rssi: -79,
    model_id: 'IBEACON',
    mfid: '4c00',
    uuid: HEX,
    major: 7,
    minor: 11,
    txpower: -66,
  };
  const heard = [{ index: 0, beaconIds: NAMES, rssiDbm: -79, measuredPowerDbm: -66 }];

  it('reads devices, alone and in a list, under old names and with the UUID as id', () => {
    const { major: mjr, minor: min, txpower: power, ...rest } = device;
    const byUuid = { ...device, uuid: undefined, id: HEX, mac: device.id };
    for (const body of [device, [device], { ...rest, mjr, min, power }, byUuid]) {
      expect(decoded(openmqttgateway, body)).toEqual({ heard, refused: [] });
    }
  });

  it('takes the address from the topic where the body has none', () => {
    const topic = 'home/OpenMQTTGateway/BTtoMQTT/C3000012AB34';
    expect(decoded(openmqttgateway, { ...device, id: undefined }, topic).heard).toEqual(heard);
    expect(decoded(openmqttgateway, { ...device, id: undefined }).refused).toMatchObject([
      { code: 'required' },
    ]);
  });

  it('reads packets that come without their headers', () => {
    const plain = { id: device.id, rssi: -79 };
    const manufacturer = { ...plain, manufacturerdata: PACKET.slice(10), batt: 55 };
    const service = {
      ...plain,
      servicedatauuid: '0xfeaa',
      servicedata: '00ee00112233445566778899aabbccddeeff',
    };
    const read = decoded(openmqttgateway, [manufacturer, service, { ...plain, uuid: '0xfe9f' }]);
    expect(read.heard.map(({ beaconIds }) => beaconIds)).toEqual([
      NAMES,
      ['eddystone:00112233445566778899:aabbccddeeff', MAC],
      [MAC],
    ]);
    expect(read.telemetry).toEqual([{ beaconIds: NAMES, batteryPercent: 55 }]);
  });

  it('ignores who has gone, and the gateway’s own state; a power of 0 or more is unknown', () => {
    expect(decoded(openmqttgateway, { id: device.id, presence: 'absent' })).toEqual({
      heard: [],
      refused: [],
    });
    expect(decoded(openmqttgateway, 'online', 'home/gw/LWT').heard).toEqual([]);
    expect(decoded(openmqttgateway, { ...device, txpower: 0 }).heard[0]).not.toHaveProperty(
      'measuredPowerDbm',
    );
  });

  it.each([
    ['its settings', 'home/gw/BTtoMQTT', { bleconnect: true, interval: 1, minrssi: -100 }],
    ['a reading', 'home/gw/BTtoMQTT/C3000012AB34', { id: device.id, hum: '52.6', tempc: '19.2' }],
    ['an answer to a command', 'home/gw/BTtoMQTT', { id: device.id, write: 'ON', success: true }],
    ['releases', 'home/gw/RLStoMQTT', { latest_version: '1.8.1', rssi: -60 }],
    ['its web page', 'home/gw/WebUItoMQTT', { secureWebUI: true }],
    ['commands', 'home/gw/commands/MQTTtoBT/config', { interval: 1 }],
  ])('ignores %s, which hears nobody', (_, topic, message) => {
    expect(decoded(openmqttgateway, message, topic)).toEqual({ heard: [], refused: [] });
  });

  it('reads what it hands on undecoded', () => {
    const message = { id: device.id, mac_type: 1, rssi: -79, manufacturerdata: PACKET.slice(10) };
    expect(decoded(openmqttgateway, message, 'home/gw/BTtoMQTT/undecoded').heard).toMatchObject([
      { beaconIds: NAMES },
    ]);
  });

  it('names bad devices by place', () => {
    const { refused } = decoded(openmqttgateway, [7, device, { ...device, major: -1 }]);
    expect(refused.map(({ index }) => index)).toEqual([0, 2]);
  });
});
