import { fail, ok, type BeaconId, type Outcome } from '../../shared/index.js';
import { rssiFault } from '../radio.rules.js';
import { readAdvertisement } from './advertisement.rules.js';
import type { Decoded, PayloadFault } from './decoder.js';
import {
  collect,
  MAX_ROWS,
  nothingHeard,
  readingOf,
  refusal,
  type Reading,
  type Refusal,
} from './payload.rules.js';

const LONG = 0x01;
const FIRST_BYTE = 0xbb;
const HEADER_BYTES = 14;
const ADDRESS_BYTES = 6;
/** Address, and how many packets follow. */
const SENDER_BYTES = ADDRESS_BYTES + 2;
/** Beside the packet: its length before it, response and level behind. */
const PACKET_BYTES = 3;

export function isMinewBinary(payload: Buffer): boolean {
  return payload.length >= 2 && payload.readUInt8(0) === FIRST_BYTE && payload.readUInt8(1) <= 0x02;
}

/**
 * BINARY-LONG, 0xBB01: length (4 bytes), the gateway's address, how many senders; for each its address, how many
 * packets, and for each of these its length, the advertisement, a byte on the address, the level; 0xDD at the end. All
 * big-endian (reelyactive/barnowl-minew). No clock, so all is stamped at receipt. Where it is cut short, what came
 * before counts, and the place of the cut is refused.
 */
export function readMinewBinary(payload: Buffer): Outcome<Decoded, PayloadFault> {
  if (payload.readUInt8(1) !== LONG) {
    return fail('malformed-payload', 'body: of Minew’s binary formats only BINARY-LONG (0xBB01) is read');
  }
  if (payload.length < HEADER_BYTES) return fail('malformed-payload', 'body: cut short in its header');
  const decoded = { gatewayHardwareId: payload.toString('hex', 6, 12), ...nothingHeard() };
  let index = 0;
  for (const read of packetsOf(payload)) {
    if (index === MAX_ROWS) return fail('malformed-payload', `body: more than ${MAX_ROWS} packets`);
    collect(decoded, index, read);
    index += 1;
  }
  return ok(decoded);
}

function* packetsOf(payload: Buffer): Generator<Reading | Refusal, void> {
  const cut = refusal('truncated', 'the payload ends within this packet');
  let at = HEADER_BYTES;
  for (let senders = payload.readUInt16BE(12); senders > 0; senders -= 1) {
    if (at + SENDER_BYTES > payload.length) {
      yield cut;
      return;
    }
    const mac = `mac:${payload.toString('hex', at, at + ADDRESS_BYTES)}` as BeaconId;
    let packets = payload.readUInt16BE(at + ADDRESS_BYTES);
    at += SENDER_BYTES;
    for (; packets > 0; packets -= 1) {
      const end = at + PACKET_BYTES + (payload[at] ?? 0);
      if (end > payload.length) {
        yield cut;
        return;
      }
      yield packetOf(mac, payload.subarray(at + 1, end - 2), payload.readInt8(end - 1));
      at = end;
    }
  }
}

function packetOf(mac: BeaconId, advertised: Buffer, rssiDbm: number): Reading | Refusal {
  const fault = rssiFault(rssiDbm);
  if (fault !== undefined) return refusal(fault.code, `rssi: ${fault.detail}`);
  return readingOf({ mac, rssiDbm }, readAdvertisement(advertised));
}
