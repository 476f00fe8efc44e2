import { Injectable } from '@nestjs/common';
import { HouseRules } from '../limits/index.js';
import { LiveOffers, type LiveSnapshot } from '../offers/index.js';
import type { Instant } from '../shared/index.js';
import { RadioHealth } from '../sightings/index.js';
import type { StoreLayout } from '../stores/index.js';
import { Responses } from './choosing/responses.service.js';
import type { World } from './decision.js';

/** What is so in the world, as this process knows it. */
@Injectable()
export class Worlds {
  readonly #radio: NonNullable<World['radio']> = (layout, zoneId) => this.radios.of(layout, zoneId);

  constructor(
    private readonly house: HouseRules,
    private readonly live: LiveOffers,
    private readonly responses: Responses,
    private readonly radios: RadioHealth,
  ) {}

  /** Take it once for a decision: it is replaced between two looks. */
  get current(): World & Required<Pick<World, 'rhythms'>> {
    const { policy, rhythms } = this.house;
    const { economics } = this.responses;
    return { policy, rhythms, live: this.live.snapshot, economics, radio: this.#radio };
  }

  /** The same for who asks once, of one store: what a decision would find there after the first seconds is read first. */
  async in(layout: StoreLayout): Promise<World & Required<Pick<World, 'rhythms'>>> {
    await this.radios.refresh(layout);
    return this.current;
  }

  /**
   * The world of now with other offers in it, for a replay that begins at `from`: stores fill by the clock as they did
   * in the weeks before, and nothing changes while it runs.
   */
  async replayed(live: LiveSnapshot, from: Instant): Promise<World> {
    const { policy, economics } = this.current;
    const { rhythms } = this.house;
    const asksVisits = live.offers.some(({ document }) => document.limits.budget?.pacing === 'visits');
    // Opening hours need no reading.
    return { policy, economics, live, rhythms: asksVisits ? await rhythms.before(from) : rhythms };
  }
}
