import { SECOND_MS, type GatewayId, type ShopperId, type StoreId } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';
import type { StoreLayout } from '../../stores/index.js';
import type { Fix, Learned } from '../location/calibration.rules.js';
import { LEARNED_EVERY_MS } from '../location/learned.rules.js';
import { LearningMap } from '../location/learning-map.rules.js';
import type { RadioMap } from '../location/radio-map.rules.js';
import { defaultParameters } from '../parameters.js';
import { advance } from '../presence.rules.js';
import type { Presence } from '../state.js';
import { stayOf } from '../visit.rules.js';

/** One line of a recorded walk: what a gateway heard, and where the tag truly was. */
export interface WalkRow {
  observedAtMs: number;
  gatewayId: string;
  beaconId: string;
  rssiDbm: number;
  x: number;
  y: number;
}

export interface Walk {
  name: string;
  /** In the order of time. */
  rows: readonly WalkRow[];
}

/** What presence said at the end of a second, and what was true. */
export interface Judged {
  second: number;
  true: { x: number; y: number };
  zoneId: string | undefined;
  /** Undefined where nobody was located on the plan. */
  located: { x: number; y: number } | undefined;
}

export const EVALUATED_STORE = 'evaluated' as StoreId;
const SHOPPER = 'walker' as ShopperId;

/**
 * Leads a walk through presence as the shop does, second by second: at the end of each, presence gets what was heard in
 * it and says where the walker is, before it hears anything of the next. What the walk tells of the store's radios is
 * learned on the way.
 *
 * @param known what the store has learned before
 */
export function followed(walk: Walk, layout: StoreLayout, known: Learned | undefined): Judged[] {
  const judged: Judged[] = [];
  const map = new LearningMap(layout, known);
  for (const step of stepsOf(walk, layout, () => map.radio)) {
    judged.push(step.judged);
    map.learn(step.fixes);
    if (judged.length % (LEARNED_EVERY_MS / SECOND_MS) === 0) map.redraw();
  }
  return judged;
}

/** What a walk tells of the store's radios if they are as the map says. */
export function heardAlong(walk: Walk, layout: StoreLayout, radio: RadioMap): Fix[] {
  return Array.from(stepsOf(walk, layout, () => radio)).flatMap(({ fixes }) => fixes);
}

/** The seconds of a walk, each with what presence says at its end. */
function* stepsOf(
  walk: Walk,
  layout: StoreLayout,
  radioNow: () => RadioMap | undefined,
): Generator<{ judged: Judged; fixes: Fix[] }> {
  let presence: Presence | undefined;
  let made = 0;
  const newId = (): string => String((made += 1));
  for (const [second, rows] of bySecond(walk.rows)) {
    const sightings = rows.map((row, index) => sightingOf(row, `${second}.${index}`));
    const context = { newId, parameters: defaultParameters, dwellSeconds: [], radio: radioNow() };
    const advanced = advance(presence, sightings, layout, (second + 1) * SECOND_MS, context);
    presence = advanced.presence;
    const last = rows.at(-1);
    if (presence === undefined || last === undefined) continue;
    const { track } = presence.played.at(-1)?.competition ?? presence.competition;
    const judged: Judged = {
      second,
      true: { x: last.x, y: last.y },
      zoneId: stayOf(presence)?.zoneId,
      located: track && { x: track.x, y: track.y },
    };
    yield { judged, fixes: advanced.fixes };
  }
}

function bySecond(rows: readonly WalkRow[]): Map<number, WalkRow[]> {
  const seconds = new Map<number, WalkRow[]>();
  for (const row of rows) {
    const second = Math.floor(row.observedAtMs / SECOND_MS);
    const held = seconds.get(second);
    if (held === undefined) seconds.set(second, [row]);
    else held.push(row);
  }
  return seconds;
}

function sightingOf({ observedAtMs, gatewayId, rssiDbm }: WalkRow, sightingId: string): Sighting {
  return {
    shopperId: SHOPPER,
    storeId: EVALUATED_STORE,
    anchor: { kind: 'gateway', gatewayId: gatewayId as GatewayId },
    rssiDbm,
    observedAt: observedAtMs,
    receivedAt: observedAtMs,
    sightingId,
  };
}
