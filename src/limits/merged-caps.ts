import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Merges } from '../shoppers/index.js';

/** What two shoppers who become one were offered counts together against every cap. */
@Injectable()
export class MergedCaps implements OnModuleInit {
  constructor(private readonly merges: Merges) {}

  onModuleInit(): void {
    this.merges.step('capEvents', (tx, { from, into }) =>
      tx.run('UPDATE cap_events SET shopper_id = $2 WHERE shopper_id = $1', [from, into]),
    );
  }
}
