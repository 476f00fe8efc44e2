import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, Published, SETTINGS, type Settings } from '../../platform/index.js';
import type { Tally } from './responses.rules.js';
import type { Economics } from './worth.rules.js';

export const RESPONSES = 'responses';

/** What offers have brought, in the memory of every process; kept in Postgres, a second or two old at most. */
@Injectable()
export class Responses implements OnModuleInit {
  #economics: Economics;

  constructor(
    private readonly database: Database,
    private readonly published: Published,
    @Inject(SETTINGS) { defaultMarginShare, pointValue }: Settings,
  ) {
    this.#economics = { marginShare: defaultMarginShare, pointValue, tallies: new Map() };
  }

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(RESPONSES, async () => {
      const rows = await this.database.query<Tally & { node: string }>(
        'SELECT node, trials, successes, needs FROM response_tallies',
      );
      const tallies = new Map(rows.map(({ node, ...tally }) => [node, tally]));
      this.#economics = { ...this.#economics, tallies };
    });
  }

  /** Never waits. Before anything was learned it is what is assumed at first. */
  get economics(): Economics {
    return this.#economics;
  }
}
