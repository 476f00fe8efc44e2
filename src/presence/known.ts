import type { Instant, ShopperId, StoreId } from '../shared/index.js';
import type { Sighting } from '../sightings/index.js';
import { NEVER, type Calm } from './calm.rules.js';
import { decode, decodePlayed, encodePlayed } from './encoding.js';
import { NOTHING, type Held } from './held.js';
import type { Presence } from './state.js';

/** The state of somebody located by twelve gateways with their open seconds; what is longer is not remembered. */
const SLOT_BYTES = 448;
const VERSION_BYTES = 8;
/** Version, length of the state (none: gone), length of the open seconds. */
const HEADER_BYTES = VERSION_BYTES + 4;
const SLOTS_A_BLOCK = 2_048;
const EMPTY = Buffer.alloc(0);

/**
 * What this process last knew to be held of shoppers. Being out of date costs a second try.
 *
 * As bytes in blocks that are made once: as objects, those of 100,000 shoppers would be 300 MB for the garbage collector to
 * go through, and each write would leave some twenty more of them to grow old. To unpack one takes a microsecond or two.
 */
export class Known {
  readonly #slots = new Map<ShopperId, number>();
  readonly #owners: (ShopperId | undefined)[] = [];
  readonly #stores: (StoreId | undefined)[] = [];
  readonly #blocks: Buffer[] = [];
  /** Used since the hand passed: spared once more. */
  readonly #used: Uint8Array;
  /** Several sightings were put together when it was last written. */
  readonly #gathers: Uint8Array;
  readonly #heardAt: Float64Array;
  readonly #calmFrom: Float64Array;
  readonly #calmUntil: Float64Array;
  #free: number[] = [];
  /** Where the next one is looked for who gives up a slot (CLOCK; Corbato 1968). */
  #hand = 0;

  constructor(private readonly capacity: number) {
    this.#used = new Uint8Array(capacity);
    this.#gathers = new Uint8Array(capacity);
    this.#heardAt = new Float64Array(capacity);
    this.#calmFrom = new Float64Array(capacity);
    this.#calmUntil = new Float64Array(capacity);
  }

  has(shopperId: ShopperId): boolean {
    return this.#slots.has(shopperId);
  }

  get(shopperId: ShopperId): Held | undefined {
    const slot = this.#slots.get(shopperId);
    if (slot === undefined) return undefined;
    this.#used[slot] = 1;
    const [block, at] = this.#placeOf(slot);
    const version = block.toString('latin1', at, at + VERSION_BYTES);
    const stateLength = block.readUInt16LE(at + VERSION_BYTES);
    if (stateLength === 0) return { ...NOTHING, version };
    const from = at + HEADER_BYTES;
    const state = block.subarray(from, from + stateLength);
    const presence = decode(state, shopperId);
    const playedLength = block.readUInt16LE(at + VERSION_BYTES + 2);
    if (presence !== undefined && playedLength > 0) {
      const played = block.subarray(from + stateLength, from + stateLength + playedLength);
      presence.played = decodePlayed(played, presence.openSecond);
    }
    return { version, presence, state: undefined };
  }

  versionOf(shopperId: ShopperId): string | undefined {
    const slot = this.#slots.get(shopperId);
    if (slot === undefined) return undefined;
    const [block, at] = this.#placeOf(slot);
    return block.toString('latin1', at, at + VERSION_BYTES);
  }

  /**
   * @param calm see `calmOf`
   * @param sightings as many were worked in at once
   */
  set(
    shopperId: ShopperId,
    { version, presence, state = EMPTY }: Held,
    calm: Calm = NEVER,
    sightings = 0,
  ): void {
    const played = presence === undefined ? EMPTY : playedOf(presence);
    if (version === '' || HEADER_BYTES + state.length + played.length > SLOT_BYTES) {
      this.delete(shopperId);
      return;
    }
    const slot = this.#slots.get(shopperId) ?? this.#newSlot(shopperId);
    const [block, at] = this.#placeOf(slot);
    block.write(version, at, VERSION_BYTES, 'latin1');
    block.writeUInt16LE(state.length, at + VERSION_BYTES);
    block.writeUInt16LE(played.length, at + VERSION_BYTES + 2);
    block.set(state, at + HEADER_BYTES);
    block.set(played, at + HEADER_BYTES + state.length);
    this.#stores[slot] = presence?.storeId;
    this.#heardAt[slot] = presence?.lastHeardAt ?? 0;
    this.#calmFrom[slot] = calm.from;
    this.#calmUntil[slot] = calm.until;
    this.#gathers[slot] = sightings > 1 ? 1 : 0;
    this.#used[slot] = 1;
  }

  delete(shopperId: ShopperId): void {
    const slot = this.#slots.get(shopperId);
    if (slot === undefined) return;
    this.#slots.delete(shopperId);
    this.#owners[slot] = undefined;
    this.#free.push(slot);
  }

  /**
   * Whether nothing follows from these that would have to be told at once.
   *
   * @param oldest what was observed before is not calm
   * @param soonMs so long after the last hearing, neither, unless several were put together the last time
   */
  isCalm(shopperId: ShopperId, sightings: readonly Sighting[], oldest: Instant, soonMs: number): boolean {
    const slot = this.#slots.get(shopperId);
    if (slot === undefined) return false;
    const from = Math.max(oldest, this.#calmFrom[slot] ?? 0);
    const soon = this.#gathers[slot] === 1 ? Infinity : (this.#heardAt[slot] ?? 0) + soonMs;
    const until = Math.min(this.#calmUntil[slot] ?? 0, soon);
    const known = this.#stores[slot];
    for (const { storeId, observedAt } of sightings) {
      if (storeId !== known || observedAt < from || observedAt >= until) return false;
    }
    return true;
  }

  #newSlot(shopperId: ShopperId): number {
    const slot =
      this.#free.pop() ?? (this.#owners.length < this.capacity ? this.#owners.length : this.#given());
    this.#owners[slot] = shopperId;
    this.#slots.set(shopperId, slot);
    return slot;
  }

  /** A slot whose owner was not heard of for long. */
  #given(): number {
    while (this.#used[this.#hand] === 1) {
      this.#used[this.#hand] = 0;
      this.#hand = (this.#hand + 1) % this.capacity;
    }
    const slot = this.#hand;
    this.#hand = (slot + 1) % this.capacity;
    const owner = this.#owners[slot];
    if (owner !== undefined) this.#slots.delete(owner);
    return slot;
  }

  #placeOf(slot: number): [block: Buffer, at: number] {
    const number = Math.floor(slot / SLOTS_A_BLOCK);
    const block = (this.#blocks[number] ??= Buffer.allocUnsafeSlow(SLOTS_A_BLOCK * SLOT_BYTES));
    return [block, (slot % SLOTS_A_BLOCK) * SLOT_BYTES];
  }
}

/** Open seconds that take longer to work out anew than to unpack: those in which somebody was located. */
function playedOf(presence: Presence): Buffer {
  const isLocated = presence.played[0]?.competition.track !== undefined;
  return isLocated ? encodePlayed(presence) : EMPTY;
}
