import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Merges } from '../shoppers/index.js';

/** Coupons of a shopper who is merged are held, and redeemed, by whoever stands for them. */
@Injectable()
export class MergedCoupons implements OnModuleInit {
  constructor(private readonly merges: Merges) {}

  onModuleInit(): void {
    this.merges.step('coupons', (tx, { from, into }) =>
      tx.run('UPDATE coupons SET shopper_id = $2 WHERE shopper_id = $1', [from, into]),
    );
  }
}
