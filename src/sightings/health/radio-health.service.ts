import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/index.js';
import type { Instant, RadioFacts, StoreId, ZoneId } from '../../shared/index.js';
import type { StoreLayout } from '../../stores/index.js';
import { ZoneMutes } from '../trust/zone-mutes.store.js';
import { HealthStore } from './health.store.js';
import { radioOf, type StoreRadio } from './radio.rules.js';

/** Beacons fall silent by the hour and gateways by the minute. */
const FRESH_MS = 5_000;
/** What could not be read anew for so long, Redis being away, is not known any more. */
const GOOD_MS = 60_000;

interface Known {
  radio: StoreRadio | undefined;
  readAt: Instant;
  reading: Promise<void> | undefined;
}

/** How well the radios of stores are, kept in this process: a decision does not wait for Redis. */
@Injectable()
export class RadioHealth {
  readonly #stores = new Map<StoreId, Known>();

  constructor(
    private readonly health: HealthStore,
    private readonly mutes: ZoneMutes,
    private readonly clock: Clock,
  ) {}

  /**
   * Some seconds old; undefined where it is not known: in a process that has just been asked for the first time, or
   * while Redis is away.
   */
  of(layout: StoreLayout, zoneId: ZoneId | undefined): RadioFacts | undefined {
    const now = this.clock.now();
    const known = this.#knownOf(layout.storeId);
    if (now - known.readAt >= FRESH_MS) void this.#read(layout, known);
    if (known.radio === undefined || now - known.readAt >= GOOD_MS) return undefined;
    return (zoneId === undefined ? undefined : known.radio.zones.get(zoneId)) ?? known.radio.nowhere;
  }

  /** Reads it where it is not known well: for who asks once and can wait. */
  async refresh(layout: StoreLayout): Promise<void> {
    const known = this.#knownOf(layout.storeId);
    if (this.clock.now() - known.readAt >= FRESH_MS) await this.#read(layout, known);
  }

  #knownOf(storeId: StoreId): Known {
    const known = this.#stores.get(storeId) ?? { radio: undefined, readAt: -Infinity, reading: undefined };
    this.#stores.set(storeId, known);
    return known;
  }

  #read(layout: StoreLayout, known: Known): Promise<void> {
    known.reading ??= this.#readAnew(layout, known).finally(() => {
      known.reading = undefined;
    });
    return known.reading;
  }

  async #readAnew(layout: StoreLayout, known: Known): Promise<void> {
    const now = this.clock.now();
    try {
      const [kept, zones] = await Promise.all([
        this.health.readRadios(layout.storeId),
        this.mutes.conditionOf(layout.storeId, [...layout.zones.keys()], now),
      ]);
      known.radio = radioOf(layout, kept, zones, now);
      known.readAt = now;
    } catch {
      // Redis is away, and says so itself: what is known stays, until it is too old.
    }
  }
}
