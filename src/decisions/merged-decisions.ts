import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Merges } from '../shoppers/index.js';

/** The ledger of a shopper who is merged is read under whoever stands for them. */
@Injectable()
export class MergedDecisions implements OnModuleInit {
  constructor(private readonly merges: Merges) {}

  onModuleInit(): void {
    this.merges.step('decisions', (tx, { from, into }) =>
      tx.run('UPDATE decisions SET shopper_id = $2 WHERE shopper_id = $1', [from, into]),
    );
  }
}
