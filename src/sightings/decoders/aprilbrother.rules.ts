import { fail, ok, type BeaconId, type Outcome } from '../../shared/index.js';
import { rssiFault } from '../radio.rules.js';
import { readAdvertisement } from './advertisement.rules.js';
import type { Decoded, Decoder, PayloadFault } from './decoder.js';
import { readMessagePack } from './message-pack.rules.js';
import {
  hexOf,
  isRefusal,
  isRow,
  jsonOf,
  radioOf,
  readingOf,
  readRows,
  refusal,
  type Reading,
  type Refusal,
} from './payload.rules.js';

/** Type of the packet, address, level. */
const FRAME_BYTES = 8;
const OPENING_BRACE = 0x7b;

/**
 * April Brother BLE Gateway V4: a MessagePack map, or the same as JSON with each frame in hex or as the list of its
 * parts. Its `time` counts from when it was started, so all is stamped at receipt. V1 puts frames behind its JSON and is
 * refused by that.
 */
export const aprilbrother: Decoder = {
  format: 'aprilbrother',
  decode(payload: Buffer): Outcome<Decoded, PayloadFault> {
    const body = payload[0] === OPENING_BRACE ? jsonOf(payload) : readMessagePack(payload);
    if (!body.ok) return body.why === 'malformed-json' ? body : fail('malformed-payload', body.detail);
    const devices = isRow(body.value) ? body.value['devices'] : undefined;
    if (!isRow(body.value) || !Array.isArray(devices)) {
      return fail('malformed-payload', 'devices: expected a list, as version 4 of the payload has it');
    }
    const read = readRows(devices as unknown[], readDevice);
    const gateway = body.value['mac'];
    return read.ok && typeof gateway === 'string' ? ok({ gatewayHardwareId: gateway, ...read.value }) : read;
  },
};

function readDevice(device: unknown): Reading | Refusal {
  if (Array.isArray(device)) return readParts(device as unknown[]);
  const frame = typeof device === 'string' ? Buffer.from(device, 'hex') : device;
  if (!Buffer.isBuffer(frame)) return refusal('wrong-type', 'expected bytes');
  if (frame.length < FRAME_BYTES) return refusal('truncated', `expected at least ${FRAME_BYTES} bytes`);
  const mac = `mac:${frame.toString('hex', 1, 7)}` as BeaconId;
  const rssiDbm = frame.readInt8(7);
  const fault = rssiFault(rssiDbm);
  if (fault !== undefined) return refusal(fault.code, `rssi: ${fault.detail}`);
  return readingOf({ mac, rssiDbm }, readAdvertisement(frame.subarray(FRAME_BYTES)));
}

function readParts([, mac, rssi, packet]: readonly unknown[]): Reading | Refusal {
  const radio = radioOf({ mac, rssi }, { address: 'mac', rssi: 'rssi' });
  return isRefusal(radio) ? radio : readingOf(radio, readAdvertisement(hexOf(packet)));
}
