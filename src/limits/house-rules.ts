import { Injectable } from '@nestjs/common';
import { ContactPolicies } from './contact-policies.service.js';
import type { ContactPolicy } from './contact-policy.js';
import { StoreRhythms } from './store-rhythms.js';

/** What the house says beside its offers: whom to leave alone, and how budgets last the day. */
@Injectable()
export class HouseRules {
  constructor(
    private readonly policies: ContactPolicies,
    readonly rhythms: StoreRhythms,
  ) {}

  /** What holds now, as this process knows it. */
  get policy(): ContactPolicy {
    return this.policies.current;
  }
}
