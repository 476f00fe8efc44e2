import type { Instant, RadioFacts, ZoneId } from '../../shared/index.js';
import type { StoreLayout } from '../../stores/index.js';
import type { ZoneCondition } from '../trust/zone-mutes.store.js';
import type { HealthUpdate, KeptBattery } from './health-kept.js';
import { BEACON_SILENT_AFTER_MS, GATEWAY_SILENT_AFTER_MS, isSilent } from './silence.rules.js';

/** From here on beacons of all makers ask for a new cell: their last weeks, in which levels fall. */
const LOW_BATTERY_PERCENT = 10;
/** What is left of a coin cell of 3 V that tells only its voltage: most beacons stop between 2.0 and 2.2 V. */
const LOW_BATTERY_MILLIVOLTS = 2_200;

export type KeptRadios = Pick<HealthUpdate, 'seen' | 'beacons' | 'batteries'>;

/** How well the radios of a store are, as rules may ask it: of each zone, and of what lies in none. */
export interface StoreRadio {
  nowhere: RadioFacts;
  zones: ReadonlyMap<ZoneId, RadioFacts>;
}

export function radioOf(
  layout: StoreLayout,
  kept: KeptRadios,
  zones: readonly ZoneCondition[],
  now: Instant,
): StoreRadio {
  const gatewaysSilent = [...layout.gateways.keys()].filter((gatewayId) =>
    isSilent(layout, kept.seen.get(gatewayId), now, GATEWAY_SILENT_AFTER_MS),
  ).length;
  return {
    nowhere: { gatewaysSilent },
    zones: new Map(
      zones.map(({ zoneId, flapsPerHour, mutedUntil }) => [
        zoneId,
        {
          gatewaysSilent,
          zone: {
            ...beaconsOf(zoneId, layout, kept, now),
            flapsPerHour,
            muted: mutedUntil !== undefined && mutedUntil > now,
          },
        },
      ]),
    ),
  };
}

/** Of beacons that were never heard nothing is known: some layouts list what is not hung up yet. */
function beaconsOf(
  zoneId: ZoneId,
  layout: StoreLayout,
  { beacons, batteries }: KeptRadios,
  now: Instant,
): Pick<NonNullable<RadioFacts['zone']>, 'beaconsHealthy' | 'beaconBatteryPercent'> {
  const here = [...layout.beacons]
    .filter(([, anchor]) => anchor.zoneId === zoneId)
    .map(([beaconId]) => beaconId);
  const heard = here.flatMap((beaconId) => {
    const at = beacons.get(beaconId)?.at;
    return at === undefined ? [] : [{ at, battery: batteries.get(beaconId) }];
  });
  const percents = heard.flatMap(({ battery }) => battery?.percent ?? []);
  return {
    ...(heard.length > 0 && {
      beaconsHealthy: heard.every(
        ({ at, battery }) => !isSilent(layout, at, now, BEACON_SILENT_AFTER_MS) && !isLow(battery),
      ),
    }),
    ...(percents.length > 0 && { beaconBatteryPercent: Math.min(...percents) }),
  };
}

function isLow(battery: KeptBattery | undefined): boolean {
  if (battery?.percent !== undefined) return battery.percent <= LOW_BATTERY_PERCENT;
  return battery?.millivolts !== undefined && battery.millivolts <= LOW_BATTERY_MILLIVOLTS;
}
