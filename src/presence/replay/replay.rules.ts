import type { Instant, ShopperId, VisitId } from '../../shared/index.js';
import type { Sighting, TracedCheckIn } from '../../sightings/index.js';
import type { StoreLayout } from '../../stores/index.js';
import type { PresenceChange } from '../changes.js';
import { SWEEP_EVERY_MS } from '../absence.rules.js';
import { LEARNED_EVERY_MS } from '../location/learned.rules.js';
import { LearningMap } from '../location/learning-map.rules.js';
import type { PresenceParameters } from '../parameters.js';
import type { Advanced } from '../presence.rules.js';
import type { Presence } from '../state.js';
import { workIn, type Place, type Work } from '../work.rules.js';

/** What was heard in one store, in any order. */
export interface Traced {
  sightings: readonly Sighting[];
  checkIns: readonly TracedCheckIn[];
}

export interface ReplaySetting {
  /** With its survey, where it has one. */
  layout: StoreLayout;
  /** When the trace's clock begins: sweeps are counted from there. */
  startedAt: Instant;
  parameters: PresenceParameters;
  /** The lengths of stay that offers wait for, seconds, ascending. */
  dwellSeconds: readonly number[];
}

/** What presence found out at one moment. */
export interface ReplayStep {
  at: Instant;
  changes: readonly PresenceChange[];
}

/**
 * Plays a trace to presence as the shop heard it: by the times of receipt, what came in together in one piece, and
 * silence looked into in between. After the last line nobody is heard, until all have left. The same trace, in whatever
 * order its lines stand, gives the same steps: ids are counted and no clock is asked.
 *
 * The gateways are taken to have listened all the time, for a trace does not say when they did not. A store without a
 * survey begins with a map of which nothing is known, and learns only from what was heard before.
 */
export function* replayed(traced: Traced, setting: ReplaySetting): Generator<ReplayStep> {
  const stage = new Stage(setting);
  let sweepAt = setting.startedAt;
  for (const arrival of arrivalsOf(traced)) {
    for (; sweepAt <= arrival.at; sweepAt += SWEEP_EVERY_MS) yield stage.sweep(sweepAt);
    yield stage.take(arrival);
  }
  for (; !stage.isEmpty; sweepAt += SWEEP_EVERY_MS) yield stage.sweep(sweepAt);
}

/** What came in of one walker at one moment. */
interface Arrival {
  at: Instant;
  walker: ShopperId;
  sightings: Sighting[];
  checkIns: TracedCheckIn[];
}

function arrivalsOf({ sightings, checkIns }: Traced): Arrival[] {
  const arrivals: Arrival[] = [];
  let last: Arrival | undefined;
  for (const heard of [...sightings, ...checkIns].sort(byArrival)) {
    const { receivedAt: at, shopperId: walker } = heard;
    if (last?.at !== at || last.walker !== walker) {
      last = { at, walker, sightings: [], checkIns: [] };
      arrivals.push(last);
    }
    if ('checkinId' in heard) last.checkIns.push(heard);
    else last.sightings.push(heard);
  }
  return arrivals;
}

/** By the first inequality among all that tells two apart, so that the order of the lines cannot matter. */
function byArrival(a: Sighting | TracedCheckIn, b: Sighting | TracedCheckIn): number {
  if (a.receivedAt !== b.receivedAt) return a.receivedAt - b.receivedAt;
  if (a.shopperId !== b.shopperId) return a.shopperId < b.shopperId ? -1 : 1;
  return a.observedAt - b.observedAt || compared(nameOf(a), nameOf(b)) || levelOf(a) - levelOf(b);
}

function compared(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function nameOf(heard: Sighting | TracedCheckIn): string {
  return 'checkinId' in heard ? heard.checkinId : heard.sightingId;
}

function levelOf(heard: Sighting | TracedCheckIn): number {
  return 'checkinId' in heard ? 0 : heard.rssiDbm;
}

const LOOK: Work = { sightings: [], checkIns: [], forget: false, onlyIfPresent: false };

interface Walker {
  presence: Presence;
  nextLookAt: Instant;
}

/** The store while it is played: who is in it, and what is known of its radios. */
class Stage {
  readonly #walkers = new Map<ShopperId, Walker>();
  readonly #map: LearningMap;
  readonly #place: Place;
  #redrawAt: Instant;
  #made = 0;

  constructor({ layout, startedAt, parameters, dwellSeconds }: ReplaySetting) {
    this.#map = new LearningMap(layout);
    this.#redrawAt = startedAt + LEARNED_EVERY_MS;
    const newId = (): string => String((this.#made += 1));
    this.#place = { layout, context: { newId, parameters, dwellSeconds, radio: this.#map.radio } };
  }

  get isEmpty(): boolean {
    return this.#walkers.size === 0;
  }

  take({ at, walker, sightings, checkIns }: Arrival): ReplayStep {
    const presence = this.#walkers.get(walker)?.presence;
    // In the shop a check-in gets its visit in the database: the one under way, or a new one.
    const visitId = presence?.visitId ?? (`visit-${(this.#made += 1)}` as VisitId);
    const made = checkIns.map((each) => ({ ...each, visitId }));
    const work = { sightings, checkIns: made, forget: false, onlyIfPresent: false };
    return { at, changes: this.#work(walker, work, at) };
  }

  /** Looks at all who are due. */
  sweep(at: Instant): ReplayStep {
    const changes: PresenceChange[] = [];
    for (const [walker, { nextLookAt }] of this.#walkers) {
      if (nextLookAt > at) continue;
      changes.push(...this.#work(walker, LOOK, at));
    }
    this.#redraw(at);
    return { at, changes };
  }

  #work(walker: ShopperId, work: Work, at: Instant): PresenceChange[] {
    const advanced = workIn(this.#walkers.get(walker)?.presence, work, at, () => this.#place);
    this.#keep(walker, advanced, at);
    return advanced.changes;
  }

  #keep(walker: ShopperId, { presence, nextLookAt, fixes }: Advanced, at: Instant): void {
    this.#map.learn(fixes);
    if (presence === undefined) this.#walkers.delete(walker);
    else this.#walkers.set(walker, { presence, nextLookAt: nextLookAt ?? at });
  }

  #redraw(at: Instant): void {
    if (at < this.#redrawAt) return;
    this.#redrawAt = at + LEARNED_EVERY_MS;
    this.#map.redraw();
    this.#place.context = { ...this.#place.context, radio: this.#map.radio };
  }
}
