import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Merges } from '../../shoppers/index.js';

/** Check-ins of a shopper who is merged. */
@Injectable()
export class MergedCheckIns implements OnModuleInit {
  constructor(private readonly merges: Merges) {}

  onModuleInit(): void {
    this.merges.step('checkIns', (tx, { from, into }) =>
      tx.run('UPDATE checkins SET shopper_id = $2 WHERE shopper_id = $1', [from, into]),
    );
  }
}
