import type { Instant } from '../../shared/index.js';
import type { CheckIn } from '../checkins/checkin.js';
import type { Sighting } from '../sighting.js';
import { Pseudonyms, placesIn, type RecordedPlaces } from './recording.rules.js';
import { checkInLine, sightingLine } from './trace.js';

/** Some 8 MB of lines; two seconds of more than one process can hear. */
export const MOST_WAITING = 100_000;

/** A recording as the processes that record know it. */
export interface Running {
  recordingId: string;
  startedAt: Instant;
  endsAt: Instant;
  store: RecordedPlaces;
}

/** What was recorded since the last time it was taken off. */
export interface Cut {
  lines: readonly string[];
  sightings: number;
  checkins: number;
  dropped: number;
}

/** What one process heard for one recording and has not yet written: bounded, and what is too much is counted. */
export class Tape {
  readonly #pseudonyms: Pseudonyms;
  readonly #places: ReadonlySet<string>;
  #lines: string[] = [];
  #sightings = 0;
  #checkins = 0;
  #dropped = 0;

  constructor(
    readonly recording: Running,
    key: Buffer,
  ) {
    this.#pseudonyms = new Pseudonyms(key);
    this.#places = placesIn(recording.store);
  }

  sighting(sighting: Sighting): void {
    const { anchor, shopperId, receivedAt } = sighting;
    if (!this.#isWithin(receivedAt)) return;
    const place = anchor.kind === 'gateway' ? `gateway ${anchor.gatewayId}` : `beacon ${anchor.beaconId}`;
    if (!this.#hasRoom(place)) return;
    this.#lines.push(sightingLine(sighting, this.#pseudonyms.of(shopperId), this.recording.startedAt));
    this.#sightings += 1;
  }

  checkin(checkin: CheckIn): void {
    const { zoneId, shopperId, receivedAt } = checkin;
    if (!this.#isWithin(receivedAt)) return;
    if (!this.#hasRoom(zoneId === undefined ? undefined : `zone ${zoneId}`)) return;
    this.#lines.push(checkInLine(checkin, this.#pseudonyms.of(shopperId), this.recording.startedAt));
    this.#checkins += 1;
  }

  /** Takes off what is there; undefined where nothing is. */
  cut(): Cut | undefined {
    if (this.#lines.length + this.#dropped === 0) return undefined;
    const cut: Cut = {
      lines: this.#lines,
      sightings: this.#sightings,
      checkins: this.#checkins,
      dropped: this.#dropped,
    };
    this.#lines = [];
    this.#sightings = this.#checkins = this.#dropped = 0;
    return cut;
  }

  /** What could not be written is only counted, so that a database that is down costs no memory. */
  lose({ sightings, checkins, dropped }: Cut): void {
    this.#dropped += sightings + checkins + dropped;
  }

  #isWithin(receivedAt: Instant): boolean {
    const { startedAt, endsAt } = this.recording;
    return receivedAt >= startedAt && receivedAt < endsAt;
  }

  /** Also false for a place that came to the store after the recording began: its first line does not have it. */
  #hasRoom(place: string | undefined): boolean {
    const isKnown = place === undefined || this.#places.has(place);
    if (isKnown && this.#lines.length < MOST_WAITING) return true;
    this.#dropped += 1;
    return false;
  }
}
