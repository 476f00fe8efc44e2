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
  /** The shopper's last row, in the order of their coming, but for those few that were put back. */
  readonly #last = new Map<ShopperId, number>();
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
    return this.#last.has(shopperId);
  }

  get shopperIds(): ShopperId[] {
    return [...this.#last.keys()];
  }

  /** Keeps all of them but their ids, which only order what was observed in the same millisecond. */
  add(shopperId: ShopperId, sightings: readonly Sighting[], since: Instant): void {
    let last = this.#last.get(shopperId) ?? NONE;
    const first = last === NONE ? since : Math.min(since, this.#sinceOf(last));
    for (const sighting of sightings) last = this.#push(sighting, last);
    if (last === NONE) return;
    this.#numbers[last * NUMBERS + SINCE] = first;
    this.#last.set(shopperId, last);
    this.#sightings += sightings.length;
  }

  /** Takes away what waits of a shopper. */
  take(shopperId: ShopperId): Deferral | undefined {
    const last = this.#last.get(shopperId);
    if (last === undefined) return undefined;
    this.#last.delete(shopperId);
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
    return { sightings, since };
  }

  /** Takes away all that have waited since then or longer. */
  takeSince(since: Instant): Map<ShopperId, Deferral> {
    const due = new Map<ShopperId, Deferral>();
    for (const [shopperId, last] of this.#last) {
      if (this.#sinceOf(last) > since) break;
      const deferral = this.take(shopperId);
      if (deferral !== undefined) due.set(shopperId, deferral);
    }
    return due;
  }

  /** Since when the longest waits; Infinity where none does. */
  get oldest(): Instant {
    let oldest = Infinity;
    for (const last of this.#last.values()) oldest = Math.min(oldest, this.#sinceOf(last));
    return oldest;
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
