import type { GatewayId, ZoneId } from '../../shared/index.js';
import type { StoreLayout, SurveyPoint, Zone } from '../../stores/index.js';
import { learn, type Learned } from '../location/calibration.rules.js';
import { geometryOf } from '../location/geometry.rules.js';
import type { Floor } from '../location/grid.rules.js';
import { radioMapOf } from '../location/radio-map.rules.js';
import { figuresOf, type Figures } from './figures.rules.js';
import type { Plot } from './plot.rules.js';
import { EVALUATED_STORE, followed, heardAlong, type Judged, type Walk } from './walk.rules.js';
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
  const judged = judgedWalks(trial.walks, layout);
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
  const judged = judgedWalks(trial.walks, layout);
  const { gateways } = trial;
  return trial.walks.map(({ name }, index) => ({ walk: name, judged: judged[index] ?? [], gateways, zones }));
}

/** More walks than this are left out in as many groups, not one by one, so that learning does not take for ever. */
const MOST_GROUPS = 5;

/** Each walk is judged by a shop that knows the other groups' traffic, and learns on the way as it would live. */
function judgedWalks(walks: readonly Walk[], layout: StoreLayout): Judged[][] {
  const groups = Math.min(MOST_GROUPS, walks.length);
  const pasts = Array.from({ length: groups }, (_, group) =>
    pastOf(
      layout,
      walks.filter((_walk, index) => index % groups !== group),
    ),
  );
  return walks.map((walk, index) => followed(walk, layout, pasts[index % groups]));
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

/** What the shop knows of its radios when a walk begins, beside the survey: what it heard of other walks. */
function pastOf(layout: StoreLayout, past: readonly Walk[]): Learned | undefined {
  const geometry = geometryOf(layout);
  let known: Learned | undefined;
  for (let round = 0; past.length > 0 && round < LEARNING_ROUNDS; round += 1) {
    const map = radioMapOf(layout, known);
    if (map?.learns !== true) return undefined;
    const learned: Learned = { stamp: geometry.stamp, sums: new Map() };
    for (const walk of past) {
      for (const fix of heardAlong(walk, layout, map)) learn(learned, fix, geometry);
    }
    known = learned;
  }
  return known;
}

function sourceOf(layout: StoreLayout): Evaluation['radioMap'] {
  const map = radioMapOf(layout, undefined);
  if (map === undefined) return 'none';
  return map.surveyed ? 'survey' : 'traffic of the other walks';
}
