import { setImmediate as turn } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lifecycle, Log } from '../../platform/index.js';
import { SECOND_MS, type StoreId } from '../../shared/index.js';
import { Stores, type StoreLayout } from '../../stores/index.js';
import { learn, type Fix, type Learned } from './calibration.rules.js';
import { geometryOf } from './geometry.rules.js';
import { LEARNED_EVERY_MS, merged } from './learned.rules.js';
import { radioMapInSteps, radioMapOf, type RadioMap } from './radio-map.rules.js';
import { RadioMapsRepository } from './radio-maps.repository.js';

/** A store's layout with its survey, and what its radios would hear of somebody anywhere on the floor. */
export interface Mapped {
  layout: StoreLayout;
  radio: RadioMap | undefined;
}

interface Kept extends Mapped {
  /** The layout as `Stores` had it; another one there, and all of this is made anew. */
  base: StoreLayout;
  /** What this one has learned since. */
  fresh: Learned;
  /** Survey and what was learned are in it. */
  isRead: boolean;
}

/**
 * A map from the plan alone errs by metres. Whoever is in a zone stays there for as long, at most, until the map is read:
 * in simulated surveyed halls one in six who stood still were moved within 8 s of a map without its survey.
 */
const MAKESHIFT_MS = 20 * SECOND_MS;

/**
 * The radio maps of the stores that this process hears. A map is there at once, from the plan alone; survey and what
 * was learned are read behind it. What passers-by tell is added to Postgres, and what others added comes back with it.
 */
@Injectable()
export class RadioMaps implements OnModuleInit {
  readonly #kept = new Map<StoreId, Kept>();
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly stores: Stores,
    private readonly repository: RadioMapsRepository,
    private readonly lifecycle: Lifecycle,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.lifecycle.onStart(() => {
      this.#timer = setInterval(() => {
        void this.readMissed();
        void this.exchange();
      }, LEARNED_EVERY_MS).unref();
    });
    this.lifecycle.onStop('streams', async () => {
      clearInterval(this.#timer);
      await this.exchange();
    });
  }

  /** The store's layout and map as they are known by now. */
  of(base: StoreLayout): Mapped {
    const kept = this.#kept.get(base.storeId);
    if (kept?.base === base) return kept;
    const made: Kept = { ...keptOf(base, base, undefined), isRead: false };
    if (made.radio !== undefined) {
      made.radio = { ...made.radio, isMakeshift: true };
      setTimeout(() => this.#makeDo(made), MAKESHIFT_MS).unref();
      void this.#later(() => this.#read(made));
    }
    this.#kept.set(base.storeId, made);
    return made;
  }

  /** Takes what presence found out about where somebody was and who heard them. */
  learn(fixes: readonly Fix[]): void {
    for (const fix of fixes) {
      const kept = this.#kept.get(fix.storeId);
      if (kept?.radio?.learns === true) learn(kept.fresh, fix, kept.radio.geometry);
    }
  }

  /** Brings what was learned here to the others, and theirs here. One that fails is tried again the next time. */
  exchange(): Promise<void> {
    return this.#later(async () => {
      for (const kept of this.#kept.values()) {
        if (kept.fresh.sums.size > 0)
          await this.#exchangeOf(kept).catch((error: unknown) => this.#failed(error));
      }
    });
  }

  /** One after the other: maps are large, and two writers of one would undo each other. */
  #later(work: () => Promise<void>): Promise<void> {
    this.#underWay = this.#underWay.then(work).catch((error: unknown) => this.#failed(error));
    return this.#underWay;
  }

  #failed(error: unknown): void {
    this.log.warn({ event: 'radio-map.failed', error });
  }

  /** Reads what could not be read before. */
  readMissed(): Promise<void> {
    return this.#later(async () => {
      for (const kept of this.#kept.values())
        if (!kept.isRead && kept.radio !== undefined) await this.#read(kept);
    });
  }

  /** Reads survey and what was learned; where that fails, `readMissed` tries again. */
  async #read(kept: Kept): Promise<void> {
    const { base } = kept;
    if (this.#kept.get(base.storeId)?.base !== base) return;
    try {
      const survey = await this.stores.surveyOf(base.storeId);
      const known = await this.repository.find(base.storeId);
      const layout = survey.length === 0 ? base : { ...base, survey };
      await this.#replace(kept, layout, known, true);
    } catch (error) {
      this.#failed(error);
      this.#makeDo(kept);
    }
  }

  /** It is not read in time, or cannot be: moves are told by what there is. */
  #makeDo(kept: Kept): void {
    if (this.#kept.get(kept.base.storeId) !== kept || kept.radio === undefined) return;
    const { isMakeshift: _, ...radio } = kept.radio;
    kept.radio = radio;
  }

  async #exchangeOf(kept: Kept): Promise<void> {
    const { fresh, base } = kept;
    kept.fresh = { stamp: fresh.stamp, sums: new Map() };
    const known = await this.repository.add(base.storeId, fresh).catch((error: unknown) => {
      kept.fresh = merged(fresh, kept.fresh);
      throw error;
    });
    await this.#replace(kept, kept.layout, known, kept.isRead);
  }

  async #replace(
    kept: Kept,
    layout: StoreLayout,
    known: Learned | undefined,
    isRead: boolean,
  ): Promise<void> {
    const steps = radioMapInSteps(layout, known);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) await turn();
    // A layout that came meanwhile has a map of its own.
    if (this.#kept.get(kept.base.storeId)?.base !== kept.base) return;
    const made = keptOf(kept.base, layout, known, step.value);
    this.#kept.set(kept.base.storeId, {
      ...made,
      isRead,
      fresh: kept.fresh.stamp === made.fresh.stamp ? kept.fresh : made.fresh,
    });
  }
}

function keptOf(
  base: StoreLayout,
  layout: StoreLayout,
  known: Learned | undefined,
  radio = radioMapOf(layout, known),
): Omit<Kept, 'isRead'> {
  return { base, layout, radio, fresh: { stamp: geometryOf(layout).stamp, sums: new Map() } };
}
