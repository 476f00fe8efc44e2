import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { PastViews, type PastView } from '../../insights/index.js';
import { LiveOffers, type LiveOffer } from '../../offers/index.js';
import { Problem } from '../../platform/index.js';
import type { PresenceChange } from '../../presence/index.js';
import { localTime, type Instant, type OfferId, type ShopperId, type StoreId } from '../../shared/index.js';
import { Stores } from '../../stores/index.js';
import { Rehearsal, type Rehearsed } from '../rehearsal.rules.js';
import { Worlds } from '../worlds.js';
import { askedAbout } from './asked-about.rules.js';
import { mostItCosts } from './cost.rules.js';
import { InOrder, momentsOf, type RecordedVisit } from './moments.rules.js';
import { RecordedVisits, type VisitRange } from './recorded-visits.repository.js';
import { Tally, type SimulatedOffer } from './tally.rules.js';

/** What is to be simulated. Together with what is on record it determines the result. */
export interface SimulationAsked {
  offerId: OfferId;
  revision: number;
  from: Instant;
  to: Instant;
  /** Beside which other offers: those that are live now, or none. */
  among: 'live' | 'alone';
  /** Undefined: all stores. */
  storeIds: readonly StoreId[] | undefined;
}

type AsOf = Parameters<PastViews['load']>[1];

export interface Progress {
  visitsTotal: number;
  visitsDone: number;
}

const VISITS_A_STEP = 1_000;
/** A chain's month or two; more would be days of work that nobody waits for. */
const MOST_VISITS = 2_000_000;
const VIEWS_AT_ONCE = 500;
/** Some hundred megabytes at most. */
const VIEWS_KEPT = 10_000;
/** Others have the event loop after so long. */
const SLICE_MS = 10;

/** Replays recorded visits through an offer, by the functions that decide in the shop. Reads, and writes nothing. */
@Injectable()
export class Simulator {
  constructor(
    private readonly visits: RecordedVisits,
    private readonly views: PastViews,
    private readonly live: LiveOffers,
    private readonly worlds: Worlds,
    private readonly stores: Stores,
  ) {}

  /**
   * @param onProgress told after each step; throws to give up
   * @param onDecided told of each decision, in the order of time, also where the offer was not considered
   * @throws Problem 404 or 422 for an offer that cannot be simulated, 422 `too-many-visits`
   */
  async run(
    asked: SimulationAsked,
    onProgress: (progress: Progress) => Promise<void>,
    onDecided?: (rehearsed: Rehearsed) => void,
  ): Promise<SimulatedOffer> {
    const live = await this.live.rehearsalOf(asked.offerId, asked.revision, asked.among);
    const offer = live.offers.find(({ offerId }) => offerId === asked.offerId) as LiveOffer;
    const range = { from: asked.from, to: asked.to, storeIds: storesOf(offer, asked.storeIds) };
    const visitsTotal = await this.visits.count(range, MOST_VISITS + 1);
    if (visitsTotal > MOST_VISITS) {
      const detail = `More than ${MOST_VISITS} visits: ask for a shorter time, or name stores in the offer.`;
      throw new Problem(422, 'too-many-visits', detail);
    }
    const views = new Map<ShopperId, PastView | undefined>();
    const world = await this.worlds.replayed(live, asked.from);
    const rehearsal = new Rehearsal({
      ...world,
      layoutOf: (storeId) => this.stores.layout(storeId),
      viewOf: (shopperId, at) => views.get(shopperId)?.at(at),
      readOf: (shopperId, at) => views.get(shopperId)?.readAt(at),
      householdOf: (shopperId) => views.get(shopperId)?.household,
    });
    const tally = new Tally(offer, mostItCosts(offer, this.#currency()));
    const told = (rehearsed: Rehearsed): void => {
      tally.take(rehearsed);
      onDecided?.(rehearsed);
    };
    const order = new InOrder();
    const asOf = { since: asked.from, until: asked.to, ...askedAbout(world) };
    let visitsDone = 0;
    let rehearsed = Promise.resolve();
    let underWay = new Set<ShopperId>();
    for await (const step of this.#steps(range)) {
      for (const visit of step.visits) this.#count(tally, visit);
      const moments = step.visits.flatMap((visit) =>
        momentsOf(visit, live.dwellSeconds, asked.to).filter((change) => rehearsal.concerns(change)),
      );
      const known = order.take(moments, step.horizon);
      const wanted = new Set(known.map(({ shopperId }) => shopperId));
      // While the moments of the step before are rehearsed, the views that these need are read.
      await this.#warm(views, wanted, underWay, asOf);
      await rehearsed;
      await onProgress({ visitsTotal, visitsDone });
      rehearsed = rehearse(known, rehearsal, told);
      // Its failure is for whoever awaits it; until then it must not end the process.
      rehearsed.catch(() => undefined);
      underWay = wanted;
      visitsDone += step.visits.length;
    }
    await rehearsed;
    await onProgress({ visitsTotal, visitsDone });
    return tally.result();
  }

  /** Reads the next visits while those before are worked on. */
  async *#steps(range: VisitRange): AsyncGenerator<{ visits: RecordedVisit[]; horizon: Instant }> {
    let next = this.visits.step(range, undefined, VISITS_A_STEP);
    for (;;) {
      const { visits, last } = await next;
      const isLast = visits.length < VISITS_A_STEP;
      if (!isLast) {
        next = this.visits.step(range, last, VISITS_A_STEP);
        // Its failure is for whoever awaits it; until then it must not end the process.
        next.catch(() => undefined);
      }
      yield { visits, horizon: isLast ? Infinity : (visits.at(-1)?.startedAt ?? Infinity) };
      if (isLast) return;
    }
  }

  #count(tally: Tally, { storeId, startedAt }: RecordedVisit): void {
    tally.visit(localTime(startedAt, this.stores.layout(storeId)?.timeZone ?? 'UTC').date);
  }

  async #warm(
    views: Map<ShopperId, PastView | undefined>,
    wanted: ReadonlySet<ShopperId>,
    inUse: ReadonlySet<ShopperId>,
    asOf: AsOf,
  ): Promise<void> {
    const missing = [...wanted].filter((id) => !views.has(id));
    if (views.size + missing.length > VIEWS_KEPT) dropOthers(views, new Set([...wanted, ...inUse]));
    const parts = Array.from({ length: Math.ceil(missing.length / VIEWS_AT_ONCE) }, (_, part) =>
      missing.slice(part * VIEWS_AT_ONCE, (part + 1) * VIEWS_AT_ONCE),
    );
    // A step has as many shoppers as visits at most: two connections read at once.
    await Promise.all(
      parts.map(async (ids) => {
        const loaded = await this.views.load(ids, asOf);
        for (const id of ids) views.set(id, loaded.get(id));
      }),
    );
  }

  /** Of an offer that costs nothing: that of the stores where they have one in common. */
  #currency(): string {
    const currencies = new Set([...this.stores.all()].map(({ currency }) => currency));
    return currencies.size === 1 ? ([...currencies][0] as string) : 'XXX';
  }
}

/** Those where the offer can be made and the asker may look; undefined for all. */
function storesOf(
  { document }: LiveOffer,
  allowed: readonly StoreId[] | undefined,
): readonly StoreId[] | undefined {
  const { storeIds } = document.trigger;
  if (storeIds.length === 0) return allowed;
  return allowed === undefined ? storeIds : storeIds.filter((storeId) => allowed.includes(storeId));
}

async function rehearse(
  changes: readonly PresenceChange[],
  rehearsal: Rehearsal,
  told: (rehearsed: Rehearsed) => void,
): Promise<void> {
  let sliceEnds = performance.now() + SLICE_MS;
  for (const change of changes) {
    const rehearsed = rehearsal.decide(change, change.at);
    if (rehearsed !== undefined) told(rehearsed);
    if (performance.now() < sliceEnds) continue;
    await turn();
    sliceEnds = performance.now() + SLICE_MS;
  }
}

function dropOthers(views: Map<ShopperId, unknown>, kept: ReadonlySet<ShopperId>): void {
  for (const id of views.keys()) if (!kept.has(id)) views.delete(id);
}
