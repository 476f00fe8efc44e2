import { fail, ok, type BeaconId, type Outcome } from '../../shared/index.js';
import { readAdvertisement, structure, type Advertisement } from './advertisement.rules.js';
import type { Decoded, Decoder, PayloadContext, PayloadFault } from './decoder.js';
import {
  addressOf,
  batteryPercentOf,
  hexOf,
  iBeaconIn,
  isRefusal,
  isRow,
  jsonOf,
  nothingHeard,
  powerOf,
  radioOf,
  readingOf,
  readRows,
  refusal,
  type Reading,
  type Refusal,
  type Row,
} from './payload.rules.js';

/** The gateway's last will, what its other parts tell, and what it is told. */
const NOT_BLUETOOTH = /\/(LWT|(?!BT)\w+toMQTT|MQTTto\w+)(\/|$)/;
const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/**
 * OpenMQTTGateway and Theengs Gateway, `BTtoMQTT`: an object a device, or a list of them. Where the gateway is told to
 * show the beacon's UUID (`presenceUseBeaconUuid`), that stands in `id` and the address in `mac`. Older firmware says
 * `mjr`, `min` and `power`. No clock: stamped at receipt. `distance` is the gateway's guess, and not read. On the same
 * topics come its settings, readings over a connection and answers to commands: they tell no level.
 */
export const openmqttgateway: Decoder = {
  format: 'openmqttgateway',
  decode(payload: Buffer, { topic }: PayloadContext): Outcome<Decoded, PayloadFault> {
    if (topic !== undefined && NOT_BLUETOOTH.test(topic)) return ok(nothingHeard());
    const json = jsonOf(payload);
    if (!json.ok) return json;
    const body = json.value;
    if (!isRow(body) && !Array.isArray(body)) {
      return fail('malformed-payload', 'body: expected an object, or a list of them');
    }
    const rows: readonly unknown[] = isRow(body) ? [body] : body;
    return readRows(rows, (row) => readDevice(row, topic));
  },
};

function readDevice(row: unknown, topic: string | undefined): Reading | Refusal | undefined {
  if (!isRow(row)) return refusal('wrong-type', 'expected an object');
  if (row['presence'] === 'absent' || (topic !== undefined && row['rssi'] === undefined)) return undefined;
  const radio = radioOf({ id: addressFor(row, topic), rssi: row['rssi'] }, { address: 'id', rssi: 'rssi' });
  if (isRefusal(radio)) return radio;
  const advertised = advertisementOf(row);
  return isRefusal(advertised)
    ? advertised
    : readingOf(radio, { ...batteryPercentOf(row['batt']), ...advertised });
}

function addressFor({ mac, id }: Row, topic: string | undefined): unknown {
  return [mac, id, topic?.split('/').at(-1)].find((name) => addressOf(name) !== undefined) ?? id;
}

function advertisementOf(row: Row): Advertisement | Refusal {
  const { id, uuid = typeof id === 'string' && UUID.test(id) ? id : undefined } = row;
  if (uuid === undefined) return readAdvertisement(manufacturerData(row), serviceData(row));
  const major = row['major'] ?? row['mjr'];
  // A row that gives a 16-bit service, or no numbers, does not describe an iBeacon.
  if (major === undefined) return readAdvertisement(manufacturerData(row), serviceData(row));
  const beaconId: BeaconId | Refusal = iBeaconIn({ uuid, major, minor: row['minor'] ?? row['min'] }, [
    'uuid',
    'major',
    'minor',
  ]);
  if (typeof beaconId === 'object') return beaconId;
  return { beaconIds: [beaconId], ...powerOf(row['txpower'] ?? row['power']) };
}

function manufacturerData({ manufacturerdata }: Row): Buffer {
  return structure('manufacturer', hexOf(manufacturerdata));
}

/** The service's number is a field of its own, with its bytes the other way round than in the packet. */
function serviceData({ servicedata, servicedatauuid }: Row): Buffer {
  const uuid = typeof servicedatauuid === 'string' ? servicedatauuid.replace(/^0x/i, '') : '';
  return structure('service', Buffer.concat([hexOf(uuid).reverse(), hexOf(servicedata)]));
}
