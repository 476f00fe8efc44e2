import { Injectable } from '@nestjs/common';
import { HouseRules } from '../limits/index.js';
import { LiveOffers } from '../offers/index.js';
import { Responses } from './choosing/responses.service.js';
import type { World } from './decision.js';

/** What is so in the world, as this process knows it. */
@Injectable()
export class Worlds {
  constructor(
    private readonly house: HouseRules,
    private readonly live: LiveOffers,
    private readonly responses: Responses,
  ) {}

  /** Take it once for a decision: it is replaced between two looks. */
  get current(): World & Required<Pick<World, 'rhythms'>> {
    const { policy, rhythms } = this.house;
    return { policy, rhythms, live: this.live.snapshot, economics: this.responses.economics };
  }
}
