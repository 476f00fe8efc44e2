import { toRfc3339, type Instant } from '../../shared/index.js';
import type { DemoZone } from '../shop/layout.rules.js';
import { FOB_UUID, type Person } from '../shop/people.rules.js';
import { POWER_DBM } from './radio.rules.js';

/** A fob that a gateway has heard. */
export interface HeardFob {
  person: Person;
  rssiDbm: number;
}

/** Where a gateway posts what it heard, and what it posts. */
export function postOf(
  zone: DemoZone,
  heard: readonly HeardFob[],
  now: Instant,
): { path: string; body: unknown } {
  return zone.speaks === 'minew'
    ? { path: `/v1/gateways/${zone.gatewayId}/minew`, body: minewOf(zone, heard, now) }
    : { path: '/v1/sightings', body: nativeOf(zone, heard, now) };
}

/** Minew's JSON-LONG: the gateway's own row, then one a device. */
function minewOf({ hardwareId }: DemoZone, heard: readonly HeardFob[], now: Instant): unknown[] {
  const timestamp = toRfc3339(now);
  return [
    { timestamp, type: 'Gateway', mac: hardwareId, gatewayFree: 82, gatewayLoad: 0.12 },
    ...heard.map(({ person: { beacon }, rssiDbm }) => ({
      timestamp,
      type: 'iBeacon',
      mac: beacon.mac.toUpperCase(),
      bleName: '',
      ibeaconUuid: FOB_UUID.replaceAll('-', '').toUpperCase(),
      ibeaconMajor: beacon.major,
      ibeaconMinor: beacon.minor,
      rssi: rssiDbm,
      ibeaconTxPower: POWER_DBM,
      battery: 0,
    })),
  ];
}

function nativeOf({ gatewayId }: DemoZone, heard: readonly HeardFob[], now: Instant): unknown {
  const observedAt = toRfc3339(now);
  return {
    sentAt: observedAt,
    sightings: heard.map(({ person: { beacon }, rssiDbm }) => ({
      gatewayId,
      beaconId: beacon.beaconId,
      rssiDbm,
      measuredPowerDbm: POWER_DBM,
      observedAt,
    })),
  };
}
