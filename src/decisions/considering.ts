import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/index.js';
import type { PresenceChange } from '../presence/index.js';
import type { Pending } from './decision.js';
import { readsAsked, pendingOf } from './pending.rules.js';
import { Triggering } from './triggering.js';
import { WarmViews } from './warm-views.js';
import { Worlds } from './worlds.js';

/** Thinks decisions through as far as it can be done without a lock. */
@Injectable()
export class Considering {
  readonly #newId = (): string => this.clock.newId();

  constructor(
    private readonly triggering: Triggering,
    private readonly worlds: Worlds,
    private readonly views: WarmViews,
    private readonly clock: Clock,
  ) {}

  /** The changes that trigger a live offer, with every candidate judged. Where none matches there is nothing to decide. */
  async pendingOf(changes: readonly PresenceChange[]): Promise<Pending[]> {
    const triggered = changes
      .map((change) => this.triggering.of(change))
      .filter((each) => each !== undefined);
    const about = new Set(triggered.map(({ change }) => change.shopperId));
    const arrived = changes.filter(({ kind, shopperId }) => kind === 'visitStarted' && !about.has(shopperId));
    this.views.warm(arrived.map(({ shopperId }) => shopperId));
    const { asking, reads } = readsAsked(triggered);
    const [views, known] = await Promise.all([this.views.of([...about]), this.views.readsOf(asking, reads)]);
    return triggered.flatMap((each) => {
      const view = views.get(each.change.shopperId);
      const when = { newId: this.#newId, now: this.clock.now() };
      const read = known.get(each.change.shopperId);
      return view === undefined ? [] : [pendingOf(each, { view, read }, this.worlds.current, when)];
    });
  }
}
