import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { vocabulary } from '../../platform/index.js';
import type { Heard } from '../hearing.js';
import { aprilbrother } from './aprilbrother.rules.js';
import type { Decoded, Decoder } from './decoder.js';
import { espresense } from './espresense.rules.js';
import { ingics } from './ingics.rules.js';
import { kontakt } from './kontakt.rules.js';
import { meraki } from './meraki.rules.js';
import { minew } from './minew.rules.js';
import { openmqttgateway } from './openmqttgateway.rules.js';
import { phoneRanging } from './phone-ranging.rules.js';
import { ruuvi } from './ruuvi.rules.js';

/** Drawing costs more than decoding, so each draw is tried in ten places: 10,000 payloads a decoder. */
const DRAWS = 500;
const PLACES = Array.from({ length: 10 }, (_, place) => place);
const HEX = 'f7826da64fa24e988024bc5b71e0893e';
const PACKET = `0201061aff4c000215${HEX}0007000bc5`;
const UID = '0303aafe1516aafe00ee00112233445566778899aabbccddeeff';
const MAC = 'C3:00:00:12:AB:34';
const TIME = '2026-11-22T10:00:00Z';

/** A good row of a format, a body around rows, and how a body becomes bytes. */
interface Shape {
  decoder: Decoder<string>;
  row: Record<string, unknown>;
  wrap: (rows: unknown[]) => unknown;
  bytes?: (body: unknown) => Uint8Array;
  topic?: string;
  /** For formats with one row a payload. */
  single?: true;
}

const pack = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));
const shapes: Shape[] = [
  {
    decoder: minew,
    row: {
      timestamp: TIME,
      type: 'iBeacon',
      mac: MAC,
      rssi: -60,
      ibeaconUuid: HEX,
      ibeaconMajor: 1,
      ibeaconMinor: 2,
      ibeaconTxPower: -59,
      battery: 9,
      rawData: PACKET,
    },
    wrap: (rows) => rows,
  },
  {
    decoder: ruuvi,
    row: { rssi: -60, timestamp: 1_795_341_600, data: PACKET },
    wrap: (rows) => ({
      data: {
        timestamp: 1_795_341_600,
        gw_mac: MAC,
        tags: Object.fromEntries(rows.map((row, i) => [`C3000012AB${10 + i}`, row])),
      },
    }),
  },
  {
    decoder: ingics,
    row: { type: 'GPRP', tag: MAC, gw: MAC, rssi: -60, ts: 1_795_341_600, raw_data: UID },
    wrap: (data) => ({ data }),
  },
  {
    decoder: kontakt,
    row: {
      rssi: -60,
      data: Buffer.from(PACKET, 'hex').toString('base64'),
      srData: 'Dx==',
      timestamp: 1_795_341_600,
      deviceAddress: MAC,
    },
    wrap: (events) => ({ version: 3, timestamp: 1_795_341_600, sourceId: 'g', events }),
  },
  {
    decoder: meraki,
    row: {
      clientMac: MAC,
      bleBeacons: [{ rawData: UID, uuid: HEX, major: 1, minor: 2 }],
      locations: [{ time: TIME, lat: 'NaN', rssiRecords: [{ apMac: MAC, rssi: -60 }] }],
      latestRecord: { time: TIME, nearestApMac: MAC, nearestApRssi: -60 },
    },
    wrap: (observations) => ({ version: '3.0', secret: 's', type: 'BLE', data: { observations } }),
  },
  {
    decoder: aprilbrother,
    row: { v: 1 },
    wrap: (devices) => ({ v: '1', mid: 1, mac: MAC, devices }),
    bytes: (body) => {
      try {
        return encode(body);
      } catch {
        return pack(body);
      }
    },
  },
  {
    decoder: openmqttgateway,
    row: {
      id: MAC,
      rssi: -60,
      uuid: HEX,
      major: 1,
      minor: 2,
      txpower: -59,
      servicedata: '00ee',
      servicedatauuid: 'feaa',
      manufacturerdata: PACKET.slice(10),
      batt: 5,
    },
    wrap: (rows) => rows,
  },
  {
    decoder: espresense,
    row: { id: `iBeacon:${HEX}-1-2`, mac: MAC, rssi: -60.5, 'rssi@1m': -59, mV: 3000, batt: 5 },
    wrap: ([row]) => row,
    topic: 'espresense/devices/eddy:0011223344445566778899-aabbccddeeff/room',
    single: true,
  },
  {
    decoder: phoneRanging,
    row: {
      uuid: HEX,
      major: 1,
      minor: 2,
      rssi: -60,
      accuracy: 1,
      txPower: -59,
      id1: HEX,
      id2: '1',
      id3: '2',
      timestamp: TIME,
      bluetoothAddress: MAC,
    },
    wrap: (beacons) => ({ eventType: 'didRangeBeaconsInRegion', beacons }),
  },
];

const GOOD_FRAME = Buffer.from(`02c3000012ab34ce${PACKET}`, 'hex');
const goodRow = ({ decoder, row }: Shape): unknown => (decoder === aprilbrother ? GOOD_FRAME : row);
const bytesOf = ({ bytes = pack }: Shape, body: unknown): Buffer => Buffer.from(bytes(body));

/** Values that break readers: of the wrong type, at the limits, and names of things every object has. */
const nasty = fc.oneof(
  fc.constantFrom(
    null,
    0,
    -1,
    127,
    -127,
    -128,
    1e308,
    -0.5,
    2 ** 53,
    '',
    'NaN',
    '-60',
    '1e9',
    '__proto__',
    true,
    [],
    {},
    [[]],
  ),
  fc.integer({ min: -130, max: 70_000 }),
  fc.string({ maxLength: 12 }),
  fc.constantFrom(HEX, MAC, PACKET, UID, TIME, `\u0000${MAC}`, `${MAC}\ud800`),
);
const keyed = (keys: readonly string[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.dictionary(
    fc.oneof(fc.constantFrom(...keys), fc.constantFrom('__proto__', 'constructor', 'toString')),
    nasty,
    { maxKeys: 4 },
  );

function decode({ decoder, topic }: Shape, bytes: Buffer): ReturnType<Decoder['decode']> {
  return decoder.decode(bytes, { receivedAt: 0, ...(topic === undefined ? {} : { topic }) });
}

/** The same few names come again and again, and a schema is slow to ask. */
const goodNames = new Set<string>();
function isName(id: string): boolean {
  if (!goodNames.has(id) && vocabulary.beaconId.safeParse(id).success) goodNames.add(id);
  return goodNames.has(id);
}

/** Plain comparisons: millions of calls of `expect` would take minutes. */
function faultOf({ heard, refused, telemetry = [] }: Decoded): string | undefined {
  const faulty = heard.find((each) => !isGood(each));
  if (faulty !== undefined) return JSON.stringify(faulty);
  if (telemetry.some(({ beaconIds }) => beaconIds.length === 0)) return 'telemetry of nobody';
  const vague = refused.find(
    ({ index, code, detail }) => !Number.isInteger(index) || !/^[a-z-]+$/.test(code) || detail === '',
  );
  return vague && JSON.stringify(vague);
}

function isGood({ index, beaconIds, rssiDbm, measuredPowerDbm = -1, observedAt = 0 }: Heard): boolean {
  return (
    Number.isInteger(index) &&
    index >= 0 &&
    rssiDbm >= -127 &&
    rssiDbm <= -1 &&
    measuredPowerDbm < 0 &&
    Number.isInteger(observedAt) &&
    beaconIds.length > 0 &&
    beaconIds.every(isName)
  );
}

function check(shape: Shape, bytes: Buffer): Decoded | undefined {
  const read = decode(shape, bytes);
  if (!read.ok) {
    if (!/^malformed-(json|payload)$/.test(read.why) || read.detail === '')
      throw new Error(`fault ${read.why}`);
    return undefined;
  }
  const fault = faultOf(read.value);
  if (fault !== undefined) throw new Error(fault);
  return read.value;
}

/** The good row with the drawn values under other keys at each place. */
function mangledAt(bad: unknown, keys: readonly string[], place: number, row: object): unknown {
  if (typeof bad !== 'object' || bad === null || Array.isArray(bad)) return bad;
  const moved = Object.entries(bad).map(([key, value]): [string, unknown] => {
    const at = keys.indexOf(key);
    return [at < 0 ? key : (keys[(at + place) % keys.length] ?? key), value];
  });
  return { ...row, ...Object.fromEntries(moved) };
}

describe.each(shapes.map((shape): [string, Shape] => [shape.decoder.format, shape]))('%s', (_, shape) => {
  const good = goodRow(shape);

  it('of rows that are mangled reads the good one beside them, and pollutes nothing', () => {
    const before = Reflect.ownKeys(Object.prototype).length;
    const keys = Object.keys(shape.row);
    const mangled = fc.oneof({ weight: 4, arbitrary: keyed(keys) }, { weight: 1, arbitrary: nasty });
    fc.assert(
      fc.property(mangled, (bad) => {
        for (const place of PLACES) {
          const read = check(
            shape,
            bytesOf(shape, shape.wrap([mangledAt(bad, keys, place, shape.row), good])),
          );
          const isKept = shape.single ?? read?.heard.some(({ index }) => index === 1);
          if (isKept !== true) throw new Error('lost a good row');
        }
      }),
      { numRuns: DRAWS },
    );
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before);
  });

  it('of bytes that are changed, cut or doubled is read or refused, never a fault', () => {
    const valid = bytesOf(shape, shape.wrap([good, good]));
    const change = fc.tuple(fc.nat(valid.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 4 }),
        fc.nat(valid.length),
        fc.boolean(),
        (changes, end, isWhole) => {
          for (const place of PLACES) {
            const bytes = Buffer.from(valid);
            for (const [at, byte] of changes) bytes.writeUInt8(byte, (at + place * 37) % bytes.length);
            check(shape, isWhole ? bytes : bytes.subarray(0, (end + place * 37) % bytes.length));
          }
        },
      ),
      { numRuns: DRAWS },
    );
  });
});

it('Minew’s and Ingics’ other forms survive the same', () => {
  const binary = Buffer.from(`bb0100000000ac233fc0aa010001c3000012ab3400021e${PACKET}02cf0002d0dd`, 'hex');
  const lines = Buffer.from(
    `$GPRP,C3000012AB34,806172C89C09,-44,${PACKET},1795341600.25\r\n$GPRP,C3000012AB34,806172C89C09,-44,`,
  );
  for (const [decoder, valid] of [
    [minew, binary],
    [ingics, lines],
  ] as const) {
    const shape: Shape = { decoder, row: {}, wrap: () => undefined };
    const change = fc.tuple(fc.nat(valid.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(valid.length), (changes, end) => {
        const bytes = Buffer.from(valid);
        for (const [at, byte] of changes) bytes.writeUInt8(byte, at);
        check(shape, bytes);
        check(shape, bytes.subarray(0, end));
      }),
      { numRuns: DRAWS },
    );
  }
});
