import type { BeaconId, GatewayId, HourRange, StoreId, ZoneId, ZoneKind } from '../shared/index.js';

export interface Zone {
  zoneId: ZoneId;
  name: string;
  kind: ZoneKind;
  categories: readonly string[];
  /** Corners in metres on the floor plan. */
  polygon?: readonly (readonly [number, number])[];
}

export interface Position {
  x: number;
  y: number;
  z?: number;
}

/** A fixed radio of the store, a gateway that hears or a beacon that is heard, and the place it stands for. */
export interface Anchor {
  zoneId?: ZoneId;
  position?: Position;
  measuredPowerDbm?: number;
}

/** What presence and decisions know of a store: its document, indexed. Immutable. */
export interface StoreLayout {
  storeId: StoreId;
  name: string;
  timeZone: string;
  currency: string;
  openingHours: readonly ({ daysOfWeek: readonly number[] } & HourRange)[];
  zones: ReadonlyMap<ZoneId, Zone>;
  gateways: ReadonlyMap<GatewayId, Anchor & { hardwareId?: string }>;
  beacons: ReadonlyMap<BeaconId, Anchor>;
}
