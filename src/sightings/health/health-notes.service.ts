import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Lifecycle, Log, Rounds } from '../../platform/index.js';
import { SECOND_MS, type BeaconId, type StoreId } from '../../shared/index.js';
import { Stores } from '../../stores/index.js';
import type { Sighting } from '../sighting.js';
import type { HealthUpdate } from './health-kept.js';
import { HealthStore } from './health.store.js';
import { withoutQuotes } from './shape.rules.js';
import { StoreNotes, type RefusedPayload, type TakenReport } from './store-notes.js';

const ROUND_MS = SECOND_MS;

/**
 * Notes what gateways send, and writes it down once a second for the stores' health pages. Nobody waits for it, and
 * what cannot be written is lost.
 */
@Injectable()
export class HealthNotes implements OnModuleInit {
  readonly #notes = new Map<StoreId, StoreNotes>();
  readonly #rounds = new Rounds(
    ROUND_MS,
    () => this.#write(),
    (error) => this.log.debug({ event: 'health.unwritten', error }),
  );

  constructor(
    private readonly store: HealthStore,
    private readonly stores: Stores,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.lifecycle.onStart(() => this.#rounds.start());
    this.lifecycle.onStop('streams', async () => {
      await this.#rounds.stop();
      await this.#rounds.now();
    });
  }

  taken(storeId: StoreId, report: TakenReport): void {
    const beacons = this.stores.layout(storeId)?.beacons;
    this.#of(storeId).taken(report, (beaconId) => beacons?.has(beaconId) ?? false);
  }

  refused(storeId: StoreId, payload: RefusedPayload): void {
    this.#of(storeId).refused({ ...payload, detail: withoutQuotes(payload.detail) });
  }

  heardByPhone(sightings: readonly Sighting[]): void {
    for (const sighting of sightings) this.#of(sighting.storeId).heardByPhone([sighting]);
  }

  /** What this process noted of these beacons and has not written yet. */
  forget(beaconIds: readonly BeaconId[]): void {
    for (const notes of this.#notes.values()) notes.forget(beaconIds);
  }

  #of(storeId: StoreId): StoreNotes {
    const notes = this.#notes.get(storeId) ?? new StoreNotes();
    this.#notes.set(storeId, notes);
    return notes;
  }

  async #write(): Promise<void> {
    const now = this.clock.now();
    const updates = new Map<StoreId, HealthUpdate>();
    for (const [storeId, notes] of this.#notes) {
      const update = notes.drain(now);
      if (update !== undefined) updates.set(storeId, update);
    }
    await this.store.write(updates, now);
  }
}
