import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readAdvertisement } from './advertisement.rules.js';
import { aprilbrother } from './aprilbrother.rules.js';
import type { Decoded, Decoder } from './decoder.js';
import { espresense } from './espresense.rules.js';
import { ingics } from './ingics.rules.js';
import { kontakt } from './kontakt.rules.js';
import { meraki } from './meraki.rules.js';
import { openmqttgateway } from './openmqttgateway.rules.js';
import { phoneRanging } from './phone-ranging.rules.js';
import { ruuvi } from './ruuvi.rules.js';

const folder = path.join(process.env['AISLECUE_SHARED'] ?? path.resolve('../shared'), 'data/gateways');
const describeShared = existsSync(folder) ? describe : describe.skip;

interface Vector {
  adv_hex?: string;
  service_data_hex?: string;
  uuid16?: string;
  topic?: string;
  payload?: unknown;
  payload_text?: string;
  accept?: boolean;
  hex?: string;
  expected: Record<string, unknown> | null;
}

const textOf = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const vectorsOf = (name: string): Vector[] => JSON.parse(textOf(name)) as Vector[];
function decoded(decoder: Decoder<string>, text: string, topic?: string): Decoded {
  const context = { receivedAt: Date.now(), ...(topic === undefined ? {} : { topic }) };
  const read = decoder.decode(Buffer.from(text), context);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}
const advertised = (hex: string): ReturnType<typeof readAdvertisement> =>
  readAdvertisement(Buffer.from(hex, 'hex'));
const word = (value: unknown): string => Number(value).toString(16).padStart(4, '0');

describeShared('vectors of others (skipped where ../shared is not there)', () => {
  it('iBeacon', () => {
    for (const { adv_hex = '', expected } of vectorsOf('vectors/ibeacon.json')) {
      const { type, uuid, major, minor } = expected ?? {};
      const ids = type === null ? [] : [`ibeacon:${String(uuid)}:${String(major)}:${String(minor)}`];
      const power = Number(expected?.['measured_power']);
      expect(advertised(adv_hex)).toEqual({ beaconIds: ids, ...(power < 0 && { measuredPowerDbm: power }) });
    }
  });

  it('AltBeacon', () => {
    for (const { adv_hex = '', expected } of vectorsOf('vectors/altbeacon.json')) {
      const { beaconIds, measuredPowerDbm } = advertised(adv_hex);
      expect(measuredPowerDbm).toBe(expected?.['ref_rssi']);
      if (expected === null) expect(beaconIds).toEqual([]);
      else expect(beaconIds[0]?.slice(-8)).toBe(word(expected['id2']) + word(expected['id3']));
    }
  });

  it('Eddystone', () => {
    const all = JSON.parse(textOf('vectors/eddystone.json')) as Record<string, Vector[]>;
    for (const { adv_hex = '', expected } of all['uid'] ?? []) {
      const { namespace, instance, tx_0m } = expected ?? {};
      expect(advertised(adv_hex)).toEqual({
        beaconIds: [`eddystone:${String(namespace)}:${String(instance)}`],
        measuredPowerDbm: Number(tx_0m) - 41,
      });
    }
    for (const { adv_hex = '', expected } of all['eid'] ?? []) {
      expect(advertised(adv_hex).beaconIds).toEqual([`eid:${String(expected?.['eid'])}`]);
    }
    for (const { adv_hex = '' } of all['url'] ?? []) expect(advertised(adv_hex).beaconIds).toEqual([]);
  });

  it('Eddystone telemetry, and what only looks like Eddystone', () => {
    const { tlm = [], not_eddystone = [] } = JSON.parse(textOf('vectors/eddystone.json')) as Record<
      string,
      Vector[]
    >;
    for (const { adv_hex, service_data_hex = '', expected } of [...tlm, ...not_eddystone]) {
      const length = (3 + service_data_hex.length / 2).toString(16).padStart(2, '0');
      const { beaconIds, battery } = advertised(adv_hex ?? `${length}16aafe${service_data_hex}`);
      expect(beaconIds).toEqual([]);
      expect(battery?.batteryMillivolts).toBe(expected?.['vbatt_mv'] ?? undefined);
    }
  });

  it('Kontakt.io', () => {
    const vectors = JSON.parse(textOf('kontakt/adv_base64_vectors.json')) as {
      base64: string;
      expected: { frame?: string; battery?: number };
    }[];
    for (const { base64, expected } of vectors) {
      const { battery, beaconIds } = readAdvertisement(Buffer.from(base64, 'base64'));
      const { frame, battery: percent } = expected;
      expect(battery?.batteryPercent).toBe(percent);
      const isBeacon = /iBeacon|eid/.test(frame ?? '');
      expect(beaconIds).toHaveLength(isBeacon ? 1 : 0);
    }
    expect(decoded(kontakt, textOf('kontakt/gateway_packet_v3.json'))).toMatchObject({
      heard: [{ rssiDbm: -51 }],
      refused: [],
    });
  });
});

describeShared('captured payloads (skipped where ../shared is not there)', () => {
  it('Ruuvi', () => {
    const { heard, refused } = decoded(ruuvi, textOf('ruuvi/http_data_with_timestamps.json'));
    expect([heard.length, refused.length]).toEqual([4, 0]);
    expect(decoded(ruuvi, textOf('ruuvi/gw_status_after_reboot.json')).heard).toEqual([]);
  });

  it('Ingics', () => {
    const { heard, refused } = decoded(ingics, textOf('ingics/gprp_lines.txt'));
    expect(refused).toEqual([]);
    expect(heard.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(heard[5]?.beaconIds[0]).toBe('ibeacon:fda50693-a4e2-4fb1-afcf-c6eb07647825:10001:19641');
    expect(heard[4]?.observedAt).toBe(1_575_440_728_000);
  });

  it('Meraki', () => {
    const files = readdirSync(path.join(folder, 'meraki'));
    for (const file of files) {
      const { heard, secret } = decoded(meraki, textOf(`meraki/${file}`));
      expect(secret).toBe('test-secret');
      expect(heard).toHaveLength(file.includes('wifi') ? 0 : 1);
    }
  });

  it('April Brother', () => {
    const frames = vectorsOf('aprilbrother/v4_device_frames.json');
    const { heard } = decoded(aprilbrother, JSON.stringify({ devices: frames.map(({ hex }) => hex) }));
    expect(heard.map(({ rssiDbm }) => rssiDbm)).toEqual(frames.map(({ expected }) => expected?.['rssi']));
    expect(heard.every(({ beaconIds }) => beaconIds[0]?.startsWith('ibeacon:'))).toBe(true);
  });

  it('OpenMQTTGateway', () => {
    for (const { topic, payload } of vectorsOf('openmqttgateway/ibeacon_messages.json')) {
      const { heard } = decoded(openmqttgateway, JSON.stringify(payload), topic);
      expect(heard[0]?.measuredPowerDbm).toBe(-66);
      expect(heard[0]?.beaconIds).toEqual([
        'ibeacon:1de4b189-115e-45f6-b44e-509352269977:0:0',
        expect.stringMatching(/^mac:/),
      ]);
    }
  });

  it('ESPresense', () => {
    const real = JSON.parse(textOf('espresense/device_real_2026.json')) as Vector;
    expect(decoded(espresense, real.payload_text ?? '', real.topic).heard[0]?.rssiDbm).toBe(-81.1);
    for (const { topic = '', payload_text = '', accept } of vectorsOf('espresense/junk_must-reject.json')) {
      const read = espresense.decode(Buffer.from(payload_text), { receivedAt: 0, topic });
      expect(read.ok && read.value.heard.length > 0).toBe(accept);
    }
  });

  it('phones', () => {
    expect(decoded(phoneRanging, textOf('phones/ios_cordova_didRange_empty_2014.json'))).toEqual({
      heard: [],
      refused: [],
    });
    const gone = decoded(phoneRanging, textOf('phones/ios_cordova_didRange_rssi0_2018.json'));
    expect(gone.refused).toMatchObject([{ code: 'rssi-unknown' }]);
  });
});
