import { encode } from '@msgpack/msgpack';
import { SECOND_MS } from '../../shared/index.js';
import { aprilbrother } from './aprilbrother.rules.js';
import type { Decoded, Decoder } from './decoder.js';
import { espresense } from './espresense.rules.js';
import { decoderOf, phoneRanging, readableFormats } from './index.js';
import { ingics } from './ingics.rules.js';
import { kontakt } from './kontakt.rules.js';
import { meraki } from './meraki.rules.js';
import { minew } from './minew.rules.js';
import { openmqttgateway } from './openmqttgateway.rules.js';
import { ruuvi } from './ruuvi.rules.js';

const RECEIVED_AT = Date.parse('2026-11-22T10:00:01Z');
const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
const HEX = UUID.replaceAll('-', '');
const PACKET = `0201061aff4c000215${HEX}0007000bc5`;
const NAMED = `ibeacon:${UUID}:7:11`;
const MAC = 'mac:c3000012ab34';
const NAMES = [NAMED, MAC];

type Any = Decoder<string>;
function outcome(decoder: Any, payload: unknown, topic?: string): ReturnType<Any['decode']> {
  const bytes = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return decoder.decode(bytes, { receivedAt: RECEIVED_AT, ...(topic === undefined ? {} : { topic }) });
}
function decoded(decoder: Any, payload: unknown, topic?: string): Decoded {
  const read = outcome(decoder, payload, topic);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

it('every format of the contract can be read, and no other', () => {
  expect([...readableFormats].sort()).toEqual(
    'aprilbrother espresense ingics kontakt meraki minew openmqttgateway ruuvi'.split(' '),
  );
  expect(decoderOf('phone-ranging')).toBeUndefined();
});

it.each(
  [...readableFormats.map((format) => decoderOf(format)!), phoneRanging].map((each) => [each.format, each]),
)('%s refuses what is no payload of its own with the place of the fault', (_, decoder) => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{"a":1}', 'utf16le')]);
  for (const payload of [
    '',
    'nonsense',
    '7',
    'null',
    utf16,
    `${'['.repeat(200_000)}1${']'.repeat(200_000)}`,
  ]) {
    const read = outcome(decoder, payload);
    if (read.ok) expect(read.value.heard).toEqual([]);
    else expect(read.detail).toMatch(/^[a-z.]+: /);
  }
});

describe('Minew', () => {
  const RAW_ROW = { mac: 'C3000012AB34', no: 37, rssi: -60, timestamp: '2026-11-22T10:00:00Z' };

  it('in JSON-RAW names the gateway and devices by their address', () => {
    const { gatewayHardwareId, heard } = decoded(minew, [{ gateway: 'AC233FC0AA01', locator: {} }, RAW_ROW]);
    expect(gatewayHardwareId).toBe('AC233FC0AA01');
    expect(heard).toMatchObject([{ index: 1, beaconIds: [MAC], rssiDbm: -60 }]);
  });

  it('tells the battery of a tag where it is known', () => {
    const row = { ...RAW_ROW, type: 'S1', battery: 87 };
    expect(decoded(minew, [row, { ...row, battery: 0 }]).telemetry).toEqual([
      { beaconIds: [MAC], batteryPercent: 87 },
    ]);
  });

  const packet = (hex: string, rssi: string): string =>
    `${(hex.length / 2).toString(16).padStart(2, '0')}${hex}02${rssi}`;
  const binary = `bb0100000000ac233fc0aa010002c3000012ab340002${packet(PACKET, 'cf')}${packet('', 'd0')}c3000012ab350001${packet('', '7f')}dd`;

  it('in BINARY-LONG is told by its bytes: senders, their packets, empty ones', () => {
    const { gatewayHardwareId, heard, refused } = decoded(minew, Buffer.from(binary, 'hex'));
    expect(gatewayHardwareId).toBe('ac233fc0aa01');
    expect(heard).toEqual([
      { index: 0, beaconIds: NAMES, rssiDbm: -49, measuredPowerDbm: -59 },
      { index: 1, beaconIds: [MAC], rssiDbm: -48 },
    ]);
    expect(refused).toMatchObject([{ index: 2, code: 'rssi-unknown' }]);
  });

  it('cut short keeps what came before', () => {
    const { heard, refused } = decoded(minew, Buffer.from(binary, 'hex').subarray(0, 60));
    expect(heard).toMatchObject([{ index: 0 }, { index: 1 }]);
    expect(refused).toMatchObject([{ index: 2, code: 'truncated' }]);
    const half = decoded(minew, Buffer.from(binary, 'hex').subarray(0, 30));
    expect(half).toMatchObject({ heard: [], refused: [{ index: 0, code: 'truncated' }] });
  });

  it.each([
    ['another binary format', 'bb0200000000'],
    ['less than its header', 'bb010000'],
    ['more packets than are taken', `bb0100000000ac233fc0aa010001c3000012ab34ffff${'0002cf'.repeat(10_001)}`],
  ])('of %s cannot be read', (_, hex) => {
    expect(outcome(minew, Buffer.from(hex, 'hex'))).toMatchObject({ ok: false, why: 'malformed-payload' });
  });
});

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

describe('Ingics', () => {
  const GATEWAY = '806172c89c09';
  const line = (more = ''): string => `$GPRP,C3000012AB34,806172C89C09,-44,${PACKET}${more}`;

  it.each(['\r\n', '\n'])('reads lines ended by %j: the beacon before the gateway', (end) => {
    const text = [line(), line(',1795341600'), line(',1795341600.250'), ''].join(end);
    const { gatewayHardwareId, heard } = decoded(ingics, text);
    expect(gatewayHardwareId).toBe(GATEWAY);
    expect(heard.map(({ observedAt }) => observedAt)).toEqual([
      undefined,
      1_795_341_600_000,
      1_795_341_600_250,
    ]);
    expect(heard[0]).toEqual({ index: 0, beaconIds: NAMES, rssiDbm: -44, measuredPowerDbm: -59 });
  });

  it.each(['GPRP', 'RSPR', 'SRRP', 'LRAD', 'LRSR', '1MAD', '1MSR'])('reads %s reports', (type) => {
    expect(decoded(ingics, { data: [line().replace('GPRP', type)] }).heard).toHaveLength(1);
  });

  it('reads the objects of newer iGS03, alone, in a list, and one a line', () => {
    const report = {
      type: 'GPRP',
      tag: 'C3000012AB34',
      gw: '806172C89C09',
      rssi: -44,
      ts: 1_795_341_600.25,
      raw_data: PACKET,
    };
    const { gw: reader, ...other } = report;
    for (const body of [
      report,
      [report],
      { data: [{ ...other, reader }] },
      `${JSON.stringify(report)}\n{"type":"HEARTBEAT"}\n`,
    ]) {
      expect(decoded(ingics, body)).toMatchObject({
        gatewayHardwareId: GATEWAY,
        heard: [{ beaconIds: NAMES, observedAt: 1_795_341_600_250 }],
        refused: [],
      });
    }
  });

  it('takes an empty payload, ignores heartbeats and positions, and names the rest', () => {
    const text = [
      '$GPRP,C3000012AB34,806172C89C09,-2,',
      '$GPRP,C3000012AB34,806172C89C09,-2,,1795341600',
      '$HBRP,806172C89C09,806172C89C09,-127,00000000,1795341500',
      '$GPSR,806172C89C09,806172C89C09,-127,200608,073549,-24.99,121.42,0.0,3.5,1591609841.895',
      'noise',
      '$XXXX,C3000012AB34,806172C89C09,-2,',
      '$GPRP,C3000012AB34,806172C89C09',
    ].join('\r\n');
    const { heard, refused, sentAt } = decoded(ingics, text);
    expect(heard).toMatchObject([{ beaconIds: [MAC] }, { observedAt: 1_795_341_600_000 }]);
    expect(refused).toMatchObject([
      { index: 4, code: 'malformed-row' },
      { index: 5, code: 'unknown-type' },
      { index: 6, code: 'required' },
    ]);
    expect(sentAt).toBeUndefined();
  });

  it('believes the clock of a heartbeat that comes alone', () => {
    const { sentAt } = decoded(ingics, '$HBRP,806172C89C09,806172C89C09,-127,00000000,1795341500');
    expect(sentAt).toBe(1_795_341_500_000);
  });

  it('of several gateways says which heard', () => {
    const { heard } = decoded(ingics, [line(), line().replace('806172C89C09', '806172C89C10')]);
    expect(heard.map((each) => each.heardBy)).toEqual([undefined, '806172c89c10']);
  });

  it('with an object that is no report cannot be read', () => {
    expect(outcome(ingics, { rows: [] })).toMatchObject({ why: 'malformed-payload' });
  });
});

describe('Kontakt.io', () => {
  const data = Buffer.from(PACKET, 'hex').toString('base64');
  const event = {
    rssi: -51,
    data,
    srData: 'someSrDataThatShouldBeBase64',
    timestamp: 1_795_341_599,
    deviceAddress: 'c3:00:00:12:ab:34',
  };
  const packet = (...events: unknown[]): object => ({
    version: 3,
    timestamp: 1_795_341_600,
    sourceId: 'gw1',
    sourceType: 'GATEWAY',
    events,
  });

  it('reads events in seconds and milliseconds, whatever the scan response', () => {
    const { gatewayHardwareId, sentAt, heard } = decoded(
      kontakt,
      packet(event, { ...event, timestamp: 1_795_341_599_500 }),
    );
    expect([gatewayHardwareId, sentAt]).toEqual(['gw1', 1_795_341_600_000]);
    expect(heard[0]).toEqual({
      index: 0,
      beaconIds: NAMES,
      rssiDbm: -51,
      measuredPowerDbm: -59,
      observedAt: 1_795_341_599_000,
    });
    expect(heard[1]?.observedAt).toBe(1_795_341_599_500);
  });

  it('reads its own frames: a battery, and a phone wrapped in an iBeacon', () => {
    const { heard, telemetry } = decoded(
      kontakt,
      packet(
        { ...event, data: 'DxZq/gIGAQpkBGFiY2RlZg==' },
        { ...event, data: 'AgEGGv9MAAIVav4CEgQBZARhYmNkZWZnaGlqawAE' },
      ),
    );
    expect(telemetry).toEqual([{ beaconIds: [MAC], batteryPercent: 100 }]);
    expect(heard[1]?.beaconIds).toEqual(['ibeacon:6afe0212-0401-6404-6162-636465666768:26986:27392', MAC]);
  });

  it('names bad events by place, and refuses another body', () => {
    const { heard, refused } = decoded(kontakt, packet(7, { ...event, rssi: 127 }, { ...event, data: 7 }));
    expect(refused).toMatchObject([
      { index: 0, code: 'wrong-type' },
      { index: 1, code: 'rssi-unknown' },
    ]);
    expect(heard).toMatchObject([{ index: 2, beaconIds: [MAC] }]);
    expect(outcome(kontakt, { version: 2 })).toMatchObject({ why: 'malformed-payload' });
  });
});

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
    const bleBeacons = [{ bleType: 'ibeacon', uuid: UUID, major: 7, minor: '11' }, { bleType: 'unknown' }];
    expect(decoded(meraki, document({ ...observation, bleBeacons })).heard[0]?.beaconIds).toEqual(NAMES);
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

  it('names bad devices by place', () => {
    const { refused } = decoded(openmqttgateway, [7, device, { ...device, major: -1 }]);
    expect(refused.map(({ index }) => index)).toEqual([0, 2]);
  });
});

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

  it.each([{ rssi: 0 }, { rssi: 127 }, { accuracy: -1 }])(
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
