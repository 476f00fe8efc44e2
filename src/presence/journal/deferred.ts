import type { Instant, ShopperId, StoreId } from '../../shared/index.js';
import type { Sighting } from '../../sightings/index.js';

type Anchor = Sighting['anchor'];

/** What waits of one shopper, and since when. */
export interface Deferral {
  sightings: Sighting[];
  readonly since: Instant;
}

/** Columns begin so long, and double. */
const FIRST_ROWS = 4_096;
const NONE = -1;
/** So many who wait no more are kept whatever the others do. */
const FEW_GONE = 10_000;
/** The numbers of a row, by place. */
const [RSSI, POWER, OBSERVED, RECEIVED, SINCE] = [0, 1, 2, 3, 4];
const NUMBERS = 5;

/**
 * Sightings that are in the journal and wait to be worked into their shoppers' states.
 *
 * In columns, each shopper's rows chained from the last one back: as objects they would live for a second, which is too
 * long for the garbage collector's young generation, and to copy and bury them took a third of all that presence did.
 */
export class Deferred {
  /**
   * Each shopper's last row, or `NONE` once it was taken. Who was taken keeps their entry, for the next is to be expected: a
   * map from which the first goes and to which the last comes all the time is soon made of holes that every look walks over.
   */
  readonly #last = new Map<ShopperId, number>();
  /** Who waits, and since when, in the order of their coming; also who was taken meanwhile. */
  readonly #line = new Line();
  /** How many shoppers have something that waits. */
  #shoppers = 0;
  readonly #stores: StoreId[] = [];
  readonly #anchors: Anchor[] = [];
  #numbers = new Float64Array(FIRST_ROWS * NUMBERS);
  #before = new Int32Array(FIRST_ROWS);
  readonly #free: number[] = [];
  /** How many rows were ever in use at once. */
  #rows = 0;
  #sightings = 0;

  /** How many sightings wait. */
  get sightings(): number {
    return this.#sightings;
  }

  has(shopperId: ShopperId): boolean {
    return this.#lastOf(shopperId) !== NONE;
  }

  get shopperIds(): ShopperId[] {
    return Array.from(this.#waiting(), ([shopperId]) => shopperId);
  }

  /** Keeps all of them but their ids, which only order what was observed in the same millisecond. */
  add(shopperId: ShopperId, sightings: readonly Sighting[], since: Instant): void {
    if (sightings.length === 0) return;
    const before = this.#lastOf(shopperId);
    const first = before === NONE ? since : this.#sinceOf(before);
    let last = before;
    for (const sighting of sightings) last = this.#push(sighting, last);
    this.#numbers[last * NUMBERS + SINCE] = Math.min(first, since);
    this.#last.set(shopperId, last);
    this.#sightings += sightings.length;
    if (before === NONE) this.#shoppers += 1;
    if (before === NONE || since < first) this.#line.push(shopperId, since);
  }

  /** Takes away what waits of a shopper. */
  take(shopperId: ShopperId): Deferral | undefined {
    const last = this.#lastOf(shopperId);
    if (last === NONE) return undefined;
    this.#last.set(shopperId, NONE);
    this.#shoppers -= 1;
    const since = this.#sinceOf(last);
    const sightings: Sighting[] = [];
    for (let row = last; row !== NONE; row = this.#before[row] ?? NONE) {
      const [storeId, anchor] = [this.#stores[row], this.#anchors[row]];
      if (storeId !== undefined && anchor !== undefined) {
        sightings.push(this.#sightingAt(row, shopperId, storeId, anchor));
      }
      this.#free.push(row);
    }
    this.#sightings -= sightings.length;
    return { sightings: sightings.reverse(), since };
  }

  /** Takes away all that have waited since then or longer. */
  takeSince(since: Instant): Map<ShopperId, Deferral> {
    const due = new Map<ShopperId, Deferral>();
    for (
      let first = this.#line.first;
      first !== undefined && first.since <= since;
      first = this.#line.first
    ) {
      this.#line.shift();
      // Who was taken and waits again has come again since, and stands further back.
      const last = this.#lastOf(first.shopperId);
      if (last === NONE || this.#sinceOf(last) !== first.since) continue;
      const deferral = this.take(first.shopperId);
      if (deferral !== undefined) due.set(first.shopperId, deferral);
    }
    if (this.#last.size > FEW_GONE + 2 * this.#shoppers) this.#forgetGone();
    return due;
  }

  /** Since when the longest waits; Infinity where none does. */
  get oldest(): Instant {
    let oldest = Infinity;
    for (const [, last] of this.#waiting()) oldest = Math.min(oldest, this.#sinceOf(last));
    return oldest;
  }

  *#waiting(): Iterable<[ShopperId, number]> {
    for (const entry of this.#last) if (entry[1] !== NONE) yield entry;
  }

  #forgetGone(): void {
    for (const [shopperId, last] of this.#last) if (last === NONE) this.#last.delete(shopperId);
  }

  #lastOf(shopperId: ShopperId): number {
    return this.#last.get(shopperId) ?? NONE;
  }

  #sinceOf(last: number): Instant {
    return this.#numbers[last * NUMBERS + SINCE] ?? 0;
  }

  #push(
    { storeId, anchor, rssiDbm, measuredPowerDbm = NaN, observedAt, receivedAt }: Sighting,
    before: number,
  ): number {
    const row = this.#free.pop() ?? this.#newRow();
    const at = row * NUMBERS;
    this.#stores[row] = storeId;
    this.#anchors[row] = anchor;
    this.#before[row] = before;
    this.#numbers[at + RSSI] = rssiDbm;
    this.#numbers[at + POWER] = measuredPowerDbm;
    this.#numbers[at + OBSERVED] = observedAt;
    this.#numbers[at + RECEIVED] = receivedAt;
    return row;
  }

  #newRow(): number {
    if (this.#rows === this.#before.length) {
      const [numbers, before] = [this.#numbers, this.#before];
      this.#numbers = new Float64Array(2 * numbers.length);
      this.#before = new Int32Array(2 * before.length);
      this.#numbers.set(numbers);
      this.#before.set(before);
    }
    return this.#rows++;
  }

  #sightingAt(row: number, shopperId: ShopperId, storeId: StoreId, anchor: Anchor): Sighting {
    const at = row * NUMBERS;
    const power = this.#numbers[at + POWER] ?? NaN;
    const sighting: Sighting = {
      shopperId,
      storeId,
      anchor,
      rssiDbm: this.#numbers[at + RSSI] ?? 0,
      observedAt: this.#numbers[at + OBSERVED] ?? 0,
      receivedAt: this.#numbers[at + RECEIVED] ?? 0,
      sightingId: anchor.kind === 'gateway' ? anchor.gatewayId : anchor.beaconId,
    };
    if (!Number.isNaN(power)) sighting.measuredPowerDbm = power;
    return sighting;
  }
}

/** First come, first served. */
class Line {
  #shopperIds: ShopperId[] = [];
  #since: Instant[] = [];
  #head = 0;

  get first(): { shopperId: ShopperId; since: Instant } | undefined {
    const [shopperId, since] = [this.#shopperIds[this.#head], this.#since[this.#head]];
    return shopperId === undefined || since === undefined ? undefined : { shopperId, since };
  }

  push(shopperId: ShopperId, since: Instant): void {
    this.#shopperIds.push(shopperId);
    this.#since.push(since);
  }

  shift(): void {
    this.#head += 1;
    // Seldom enough that each is moved once or twice.
    if (this.#head < 1_024 || 2 * this.#head < this.#since.length) return;
    this.#shopperIds = this.#shopperIds.slice(this.#head);
    this.#since = this.#since.slice(this.#head);
    this.#head = 0;
  }
}
