import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Merges } from '../shoppers/index.js';

/** The wallet of a shopper who is merged, open offers in it, and what they said of them. */
@Injectable()
export class MergedDeliveries implements OnModuleInit {
  constructor(private readonly merges: Merges) {}

  onModuleInit(): void {
    this.merges.step('deliveries', (tx, { from, into }) =>
      tx.run('UPDATE deliveries SET shopper_id = $2 WHERE shopper_id = $1', [from, into]),
    );
    this.merges.step('pushes', (tx, { from, into }) =>
      tx.run('UPDATE pushes SET shopper_id = $2 WHERE shopper_id = $1', [from, into]),
    );
    this.merges.step('feedback', (tx, { from, into }) =>
      tx.run('UPDATE feedback SET shopper_id = $2 WHERE shopper_id = $1', [from, into]),
    );
  }
}
