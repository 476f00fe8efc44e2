import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Housekeeping, Outbox } from '../../platform/index.js';
import { Merges } from '../merge/merges.js';
import { Loyalty } from './loyalty.service.js';
import { LoyaltyRepository } from './loyalty.repository.js';

/** When points and tiers are looked at: at each purchase, at a merge, and every hour for what runs out. */
@Injectable()
export class LoyaltyEvents implements OnModuleInit {
  constructor(
    private readonly loyalty: Loyalty,
    private readonly repository: LoyaltyRepository,
    private readonly merges: Merges,
    private readonly outbox: Outbox,
    private readonly housekeeping: Housekeeping,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('purchase.recorded', async ({ shopperId }) => {
      await this.loyalty.settle(shopperId);
      return 'done';
    });
    this.merges.step('loyaltyPoints', (tx, { from, into }) => this.repository.merge(tx, from, into));
    this.housekeeping.onTidy(() => this.loyalty.sweep());
  }
}
