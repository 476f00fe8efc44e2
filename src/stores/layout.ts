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
  floorPlan?: { widthMetres: number; heightMetres: number };
  /** Where this store differs from what is usual for presence. */
  presence?: StorePresence;
  zones: ReadonlyMap<ZoneId, Zone>;
  gateways: ReadonlyMap<GatewayId, Anchor & { hardwareId?: string }>;
  beacons: ReadonlyMap<BeaconId, Anchor>;
  /** What was measured on the floor; only with those who asked for it, because it is large. */
  survey?: readonly SurveyPoint[];
}

/** What a store may set about presence; `presence/parameters.ts` in the room below says what each trades. */
export interface StorePresence {
  weakestRssiDbm?: number;
  zoneAbsenceSeconds?: number;
  visitAbsenceSeconds?: number;
  moveEvidenceDb?: number;
  moveShare?: number;
  walkingSpeedMetresPerSecond?: number;
  tagDeviationDb?: number;
  otherStoreRssiDbm?: number;
  minimumTravelSeconds?: number;
}

/** What a gateway hears of a tag at one spot, on average. */
export interface SurveyPoint {
  x: number;
  y: number;
  gatewayId: GatewayId;
  meanRssiDbm: number;
  samples: number;
}
