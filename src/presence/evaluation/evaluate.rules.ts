import type { GatewayId, ZoneId } from '../../shared/index.js';
import type { StoreLayout, SurveyPoint, Zone } from '../../stores/index.js';
import { learn, type Learned } from '../location/calibration.rules.js';
import { geometryOf } from '../location/geometry.rules.js';
import type { Floor } from '../location/grid.rules.js';
import { radioMapOf, type RadioMap } from '../location/radio-map.rules.js';
import { figuresOf, type Figures } from './figures.rules.js';
import type { Plot } from './plot.rules.js';
import { EVALUATED_STORE, followed, type Walk } from './walk.rules.js';
import { dividedInto, type Division, type JudgedZone } from './zones.rules.js';

/** What is evaluated: a store's radios, walks whose true places are known, and how the floor is divided. */
export interface Trial {
  gateways: readonly { gatewayId: string; x: number; y: number; z?: number }[];
  walks: readonly Walk[];
  survey: readonly SurveyPoint[];
  zones: Division | readonly JudgedZone[];
}

export interface Evaluation {
  /** Where the map of levels comes from: the survey, or the traffic of the other walks, without their places. */
  radioMap: 'survey' | 'traffic of the other walks' | 'none';
  zones: number;
  walks: ({ walk: string; seconds: number } & Figures)[];
  overall: Figures;
}

/** One walk after the other, judged second by second. */
export function evaluate(trial: Trial): Evaluation {
  const { zones, layout } = settingOf(trial);
  const judged = trial.walks.map((walk) => {
    const others = trial.walks.filter((other) => other !== walk);
    return followed(walk, layout, mapFor(layout, others)).judged;
  });
  return {
    radioMap: sourceOf(layout),
    zones: zones.length,
    walks: trial.walks.map(({ name }, index) => {
      const walk = judged[index] ?? [];
      return { walk: name, seconds: walk.length, ...figuresOf([walk], zones) };
    }),
    overall: figuresOf(judged, zones),
  };
}

/** The paths that presence saw and the true ones, with what surrounds them, for drawing. */
export function pathsOf(trial: Trial): Plot[] {
  const { zones, layout } = settingOf(trial);
  const { gateways } = trial;
  return trial.walks.map((walk) => {
    const others = trial.walks.filter((other) => other !== walk);
    return {
      walk: walk.name,
      judged: followed(walk, layout, mapFor(layout, others)).judged,
      gateways,
      zones,
    };
  });
}

function settingOf(trial: Trial): { zones: readonly JudgedZone[]; layout: StoreLayout } {
  const { gateways, survey, zones } = trial;
  const judgedBy = isDivision(zones) ? dividedInto(zones, spanOf(trial), gateways) : zones;
  return { zones: judgedBy, layout: layoutOf(gateways, survey, judgedBy) };
}

function isDivision(zones: Trial['zones']): zones is Division {
  return !Array.isArray(zones);
}

/** Plans are measured from a corner at nought; how far they reach is known from the radios and the survey. */
function spanOf({ gateways, survey }: Trial): Floor {
  const spots = [...gateways, ...survey];
  const x = spots.reduce((least, spot) => Math.min(least, spot.x), 0);
  const y = spots.reduce((least, spot) => Math.min(least, spot.y), 0);
  const right = spots.reduce((most, spot) => Math.max(most, spot.x), x);
  const top = spots.reduce((most, spot) => Math.max(most, spot.y), y);
  return { x, y, widthMetres: right - x, heightMetres: top - y };
}

function layoutOf(
  gateways: Trial['gateways'],
  survey: Trial['survey'],
  zones: readonly JudgedZone[],
): StoreLayout {
  return {
    storeId: EVALUATED_STORE,
    name: EVALUATED_STORE,
    timeZone: 'UTC',
    currency: 'EUR',
    openingHours: [],
    zones: new Map(zones.map((zone): [ZoneId, Zone] => [zone.zoneId, zoneOf(zone)])),
    gateways: new Map(gateways.map(({ gatewayId, ...position }) => [gatewayId as GatewayId, { position }])),
    beacons: new Map(),
    survey,
  };
}

function zoneOf({ zoneId, polygon }: JudgedZone): Zone {
  return { zoneId, name: zoneId, kind: 'aisle', categories: [], polygon };
}

/** The store's past, in which nobody said where they were, is worked through so often; the levels have settled by then. */
const LEARNING_ROUNDS = 6;

/** What the shop would know of its radios when a walk begins: the survey, or what it heard of the other walks. */
function mapFor(layout: StoreLayout, past: readonly Walk[]): RadioMap | undefined {
  const geometry = geometryOf(layout);
  let map = radioMapOf(layout, undefined);
  for (let round = 0; map?.learns === true && round < LEARNING_ROUNDS; round += 1) {
    const learned: Learned = { stamp: geometry.stamp, sums: new Map() };
    for (const walk of past) {
      for (const fix of followed(walk, layout, map).fixes) learn(learned, fix, geometry);
    }
    map = radioMapOf(layout, learned);
  }
  return map;
}

function sourceOf(layout: StoreLayout): Evaluation['radioMap'] {
  const map = radioMapOf(layout, undefined);
  if (map === undefined) return 'none';
  return map.learns ? 'traffic of the other walks' : 'survey';
}
