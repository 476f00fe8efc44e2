import { fail, ok, type Outcome } from '../../shared/index.js';
import { readAdvertisement } from './advertisement.rules.js';
import type { Decoded, Decoder, PayloadFault } from './decoder.js';
import {
  isRefusal,
  isRow,
  jsonOf,
  radioOf,
  readingOf,
  readRows,
  refusal,
  sentAtOf,
  type Reading,
  type Refusal,
} from './payload.rules.js';

const FIELDS = { address: 'deviceAddress', rssi: 'rssi', time: 'timestamp' };

/**
 * Kontakt.io gateways, packets of version 3, and of version 4, which puts what Bluetooth heard under `ble`: advertisement
 * and scan response in base64, times in seconds or milliseconds. What is no base64 names nobody, and the device's address
 * still does. Their own frames (0xFE6A) name by an id of the vendor's; a phone's frame that is wrapped in an iBeacon is an
 * iBeacon here.
 */
export const kontakt: Decoder = {
  format: 'kontakt',
  decode(payload: Buffer): Outcome<Decoded, PayloadFault> {
    const json = jsonOf(payload);
    if (!json.ok) return json;
    const packet = json.value;
    const events = isRow(packet) ? packet['events'] : undefined;
    if (!isRow(packet) || !Array.isArray(events)) {
      return fail('malformed-payload', 'events: expected a list, as packets of version 3 and 4 have it');
    }
    const read = readRows(events as unknown[], packet['version'] === 4 ? readNested : readEvent);
    if (!read.ok) return read;
    const source = packet['sourceId'];
    const gateway = typeof source === 'string' ? { gatewayHardwareId: source } : {};
    return ok({ ...gateway, ...sentAtOf(packet['timestamp'], read.value.heard), ...read.value });
  },
};

/** @returns undefined for what another radio heard */
function readNested(event: unknown): Reading | Refusal | undefined {
  if (!isRow(event)) return readEvent(event);
  const { ble, ...rest } = event;
  return isRow(ble) ? readEvent({ ...rest, ...ble }) : undefined;
}

function readEvent(event: unknown): Reading | Refusal {
  if (!isRow(event)) return refusal('wrong-type', 'expected an object');
  const radio = radioOf(event, FIELDS);
  if (isRefusal(radio)) return radio;
  return readingOf(radio, readAdvertisement(base64Of(event['data']), base64Of(event['srData'])));
}

function base64Of(value: unknown): Buffer {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.alloc(0);
}
