import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, Published, timestamp, type Queryable } from '../../platform/index.js';
import type { Instant, ValueModel, ValueState } from '../../shared/index.js';
import { scoreWithin, segmentOf } from '../rfm/rfm.rules.js';
import { DEFAULT_MODEL } from './estimate.rules.js';
import type { RfmBounds } from './value.repository.js';

export const VALUE_MODEL = 'value-model';

interface Document {
  model: ValueModel;
  bounds: RfmBounds;
}

const AT_FIRST: Document = { model: DEFAULT_MODEL, bounds: { recency: [], frequency: [], monetary: {} } };

/** The model in use and the bounds of the RFM scores, held in memory by every process. */
@Injectable()
export class ValueModels implements OnModuleInit {
  #document = AT_FIRST;

  constructor(
    private readonly database: Database,
    private readonly published: Published,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.published.subscribe(VALUE_MODEL, async () => {
      const [row] = await this.database.query<{ document: Document }>('SELECT document FROM value_model');
      this.#document = row?.document ?? AT_FIRST;
    });
  }

  /** Never waits. Before the first fit it is the one that comes with the program. */
  get model(): ValueModel {
    return this.#document.model;
  }

  /** The scores of a shopper against the last round's bounds; undefined before the first round. */
  rfmOf(state: ValueState, { recency, frequency, monetary } = this.#document.bounds): ValueState['rfm'] {
    if (recency.length === 0) return undefined;
    const scores = {
      recency: scoreWithin(recency, state.lastDay),
      frequency: scoreWithin(frequency, state.purchaseDays),
      monetary: scoreWithin(monetary[state.currency ?? ''] ?? [], state.spent),
    };
    return { ...scores, segment: segmentOf(scores) };
  }

  /** Replaces both for all processes; to be followed by `announce` after the commit. */
  async replace(tx: Queryable, document: Document, at: Instant): Promise<void> {
    await tx.run(
      `INSERT INTO value_model (document, fitted_at) VALUES ($1, $2)
       ON CONFLICT (one) DO UPDATE SET document = excluded.document, fitted_at = excluded.fitted_at`,
      [JSON.stringify(document), timestamp(at)],
    );
    await this.published.raise(tx, VALUE_MODEL);
  }

  announce(): Promise<void> {
    return this.published.announce(VALUE_MODEL);
  }
}
