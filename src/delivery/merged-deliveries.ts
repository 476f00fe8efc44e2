import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Merges } from '../shoppers/index.js';

/** The wallet of a shopper who is merged, open offers in it, what they said of them and to the shop. */
@Injectable()
export class MergedDeliveries implements OnModuleInit {
  constructor(private readonly merges: Merges) {}

  onModuleInit(): void {
    for (const table of ['deliveries', 'pushes', 'offer_ratings', 'feedback', 'messages'] as const) {
      this.merges.step(table, (tx, { from, into }) =>
        tx.run(`UPDATE ${table} SET shopper_id = $2 WHERE shopper_id = $1`, [from, into]),
      );
    }
  }
}
