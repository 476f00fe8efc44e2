import { Injectable } from '@nestjs/common';
import { ContactPolicies } from '../limits/index.js';
import { LiveOffers } from '../offers/index.js';
import { Responses } from './choosing/responses.service.js';
import type { World } from './decision.js';

/** What is so in the world, as this process knows it. */
@Injectable()
export class Worlds {
  constructor(
    private readonly policies: ContactPolicies,
    private readonly live: LiveOffers,
    private readonly responses: Responses,
  ) {}

  /** Take it once for a decision: it is replaced between two looks. */
  get current(): World {
    return {
      policy: this.policies.current,
      live: this.live.snapshot,
      economics: this.responses.economics,
    };
  }
}
