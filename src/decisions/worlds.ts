import { Injectable } from '@nestjs/common';
import { HouseRules } from '../limits/index.js';
import { LiveOffers } from '../offers/index.js';
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
}
