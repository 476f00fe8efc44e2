import { Injectable } from '@nestjs/common';
import { Consents } from '../consent/index.js';
import { Bus, Clock } from '../platform/index.js';
import { SECOND_MS, type Instant, type ShopperId } from '../shared/index.js';

/** A withdrawal counts within 5 s, also where its hint was lost. */
const KEPT_MS = 3 * SECOND_MS;
const MOST_KEPT = 50_000;

interface Known {
  granted: boolean;
  until: Instant;
}

/** Who may be located, asked once in a few seconds and shopper rather than once a sighting. */
@Injectable()
export class LocationConsents {
  readonly #known = new Map<ShopperId, Known>();
  /** Questions under way: an answer is kept only if no change was heard of since it was asked. */
  readonly #asked = new Map<ShopperId, object>();

  constructor(
    private readonly consents: Consents,
    private readonly clock: Clock,
    bus: Bus,
  ) {
    bus.on('shopper.changed', ({ shopperId }) => {
      this.#known.delete(shopperId);
      this.#asked.delete(shopperId);
    });
  }

  /** Those of `ids` who have granted `location`; what was never said is no. */
  async grantedBy(ids: Iterable<ShopperId>): Promise<ReadonlySet<ShopperId>> {
    const now = this.clock.now();
    const granted = new Set<ShopperId>();
    const unknown: ShopperId[] = [];
    for (const id of new Set(ids)) {
      const known = this.#known.get(id);
      if (known === undefined || known.until <= now) unknown.push(id);
      else if (known.granted) granted.add(id);
    }
    if (unknown.length > 0) await this.#ask(unknown, now + KEPT_MS, granted);
    return granted;
  }

  async #ask(ids: readonly ShopperId[], until: Instant, granted: Set<ShopperId>): Promise<void> {
    const question = {};
    for (const id of ids) this.#asked.set(id, question);
    try {
      const answers = await this.consents.of(ids);
      for (const id of ids) {
        const isGranted = answers.get(id)?.location ?? false;
        if (isGranted) granted.add(id);
        if (this.#asked.get(id) === question) this.#keep(id, { granted: isGranted, until });
      }
    } finally {
      for (const id of ids) if (this.#asked.get(id) === question) this.#asked.delete(id);
    }
  }

  /** The longest kept goes first when there are too many. */
  #keep(id: ShopperId, known: Known): void {
    this.#known.delete(id);
    this.#known.set(id, known);
    if (this.#known.size <= MOST_KEPT) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}
