import { fail, ok, type Outcome } from '../../shared/index.js';
import { readAdvertisement } from './advertisement.rules.js';
import type { Decoded, Decoder, PayloadContext, PayloadFault } from './decoder.js';
import {
  addressOf,
  hexOf,
  isRefusal,
  isRow,
  jsonOf,
  nothingHeard,
  radioOf,
  readingOf,
  readRows,
  sentAtOf,
  type Reading,
  type Refusal,
  type Row,
} from './payload.rules.js';

const FIELDS = { address: 'mac', rssi: 'rssi', time: 'timestamp' };

/**
 * Ruuvi Gateway, HTTP (one map of the latest packet of each address) and MQTT (one packet a message). Numbers may be
 * text (older firmware). Where the gateway is told to send what it decoded, the packet may be missing. Without NTP there
 * are counters instead of times: stamped at receipt. `data.timestamp` and `gwts` are the gateway's clock when it sent. Its
 * status messages are no sightings.
 */
export const ruuvi: Decoder = {
  format: 'ruuvi',
  decode(payload: Buffer, { topic }: PayloadContext): Outcome<Decoded, PayloadFault> {
    const json = jsonOf(payload);
    if (!json.ok) return json;
    const body = json.value;
    if (!isRow(body)) return fail('malformed-payload', 'body: expected an object');
    const data = body['data'];
    if (isRow(data)) return readPost(data);
    if (typeof data === 'string' || body['rssi'] !== undefined) return readMessage(body, topic);
    const isStatus = body['DEVICE_ADDR'] !== undefined || body['state'] !== undefined;
    return isStatus
      ? ok(nothingHeard())
      : fail('malformed-payload', 'data: expected an object with tags, or hex');
  },
};

function readPost(data: Row): Outcome<Decoded, PayloadFault> {
  const tags = data['tags'];
  if (!isRow(tags)) return fail('malformed-payload', 'data.tags: expected an object of tags by address');
  const read = readRows(Object.entries(tags), ([mac, tag]) => {
    const { rssi, timestamp, data: packet } = isRow(tag) ? tag : {};
    return readTag({ mac, rssi, timestamp }, packet);
  });
  return read.ok ? ok(fromGateway(data['gw_mac'], data['timestamp'], read.value)) : read;
}

/** One packet; whose it is stands at the end of the topic, `ruuvi/<gateway>/<tag>`, and in `id` where it was decoded. */
function readMessage(message: Row, topic: string | undefined): Outcome<Decoded, PayloadFault> {
  const names = [topic?.split('/').at(-1), message['id']];
  const mac = names.find((name) => addressOf(name) !== undefined) ?? names[0];
  const read = readRows([message], ({ rssi, ts: timestamp, data }) =>
    readTag({ mac, rssi, timestamp }, data),
  );
  return read.ok ? ok(fromGateway(message['gw_mac'], message['gwts'], read.value)) : read;
}

function readTag({ mac, rssi, timestamp }: Row, packet: unknown): Reading | Refusal {
  const radio = radioOf({ mac, rssi, timestamp }, FIELDS);
  return isRefusal(radio) ? radio : readingOf(radio, readAdvertisement(hexOf(packet)));
}

function fromGateway(address: unknown, sent: unknown, decoded: Decoded): Decoded {
  const gateway = typeof address === 'string' ? { gatewayHardwareId: address } : {};
  return { ...gateway, ...sentAtOf(sent, decoded.heard), ...decoded };
}
