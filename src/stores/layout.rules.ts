import type { BeaconId, GatewayId, StoreId } from '../shared/index.js';
import type { StoreDocument } from './stores.dto.js';
import type { StoreBeacon } from './stores.dto.js';
import type { StoreLayout } from './layout.js';

/** All stores at one moment, with whose gateways and beacons they are. Immutable. */
export interface LayoutIndex {
  readonly layouts: ReadonlyMap<StoreId, StoreLayout>;
  readonly storeOfGateway: ReadonlyMap<GatewayId, StoreId>;
  readonly storeOfBeacon: ReadonlyMap<BeaconId, StoreId>;
}

/** What presence and decisions read of a document: by id, lists never absent, without the survey. */
export function layoutOf(storeId: StoreId, document: Omit<StoreDocument, 'survey'>): StoreLayout {
  const { name, timeZone, currency, openingHours = [], floorPlan, presence } = document;
  const { zones, gateways, beacons } = document;
  return {
    storeId,
    name,
    timeZone,
    currency,
    openingHours,
    ...(floorPlan && {
      floorPlan: { widthMetres: floorPlan.widthMetres, heightMetres: floorPlan.heightMetres },
    }),
    ...(presence && { presence }),
    zones: new Map(zones.map((zone) => [zone.zoneId, { ...zone, categories: zone.categories ?? [] }])),
    gateways: new Map(gateways.map(({ gatewayId, ...gateway }) => [gatewayId, gateway])),
    beacons: new Map(beacons.map(({ beaconId, ...beacon }) => [beaconId, beacon])),
  };
}

export function indexOf(layouts: ReadonlyMap<StoreId, StoreLayout>): LayoutIndex {
  const storeOfGateway = new Map<GatewayId, StoreId>();
  const storeOfBeacon = new Map<BeaconId, StoreId>();
  for (const [storeId, layout] of layouts) {
    for (const gatewayId of layout.gateways.keys()) storeOfGateway.set(gatewayId, storeId);
    for (const beaconId of layout.beacons.keys()) storeOfBeacon.set(beaconId, storeId);
  }
  return { layouts, storeOfGateway, storeOfBeacon };
}

/** A device's address for comparing: `AC:23:3F-C0-ab-01` and `ac233fc0ab01` are the same device. */
export function plainHardwareId(hardwareId: string): string {
  return hardwareId.replace(/[:-]/g, '').toLowerCase();
}

/** The store's beacons, without their positions, by id. */
export function beaconsOf({ beacons }: Pick<StoreLayout, 'beacons'>): StoreBeacon[] {
  return [...beacons]
    .map(([beaconId, { zoneId, measuredPowerDbm }]) => ({ beaconId, zoneId, measuredPowerDbm }))
    .sort((a, b) => (a.beaconId < b.beaconId ? -1 : 1));
}
