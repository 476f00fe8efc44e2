import { Injectable } from '@nestjs/common';
import { Clock, decodeCursor, notFound, pageFrom, type Page } from '../../platform/index.js';
import { toRfc3339, type PrincipalOf, type ShopperId } from '../../shared/index.js';
import { Shoppers } from '../../shoppers/index.js';
import { reaches, reachOf } from '../../stores/index.js';
import type { Feedback, FeedbackQuery } from './feedback.dto.js';
import { FeedbackRepository, type FeedbackRow } from './feedback.repository.js';

/** What shoppers say to the shop, for those who write its offers. */
@Injectable()
export class FeedbackBook {
  constructor(
    private readonly repository: FeedbackRepository,
    private readonly shoppers: Shoppers,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 for a token of somebody whom the shop does not know (any more) */
  async take(shopperId: ShopperId, { text, about }: Feedback): Promise<object> {
    if (!(await this.shoppers.exists([shopperId])).has(shopperId)) throw notFound('shopper');
    const feedbackId = this.clock.newId();
    const at = this.clock.now();
    await this.repository.add({ feedbackId, shopperId, text, about, at });
    return { feedbackId, at: toRfc3339(at) };
  }

  /**
   * Newest first; staff of some stores see what is about these.
   *
   * @throws Problem 404 for a store that is not theirs
   */
  async list(
    principal: PrincipalOf<'service' | 'staff'>,
    { limit, cursor, storeId, ...filter }: FeedbackQuery,
  ): Promise<Page<object>> {
    if (storeId !== undefined && !reaches(principal, storeId)) throw notFound('store');
    const after = decodeCursor(cursor, 2);
    const rows = await this.repository.list({
      ...filter,
      storeIds: storeId === undefined ? reachOf(principal) : [storeId],
      after: after && { at: Number(after[0]), id: String(after[1]) },
      limit: limit + 1,
    });
    return pageFrom(rows, limit, ({ at, id }) => [at, id], itemOf);
  }
}

function itemOf({ id, at, ...said }: FeedbackRow): object {
  const known = Object.entries(said).filter(([, value]) => value !== null);
  return { feedbackId: id, ...Object.fromEntries(known), at: toRfc3339(at) };
}
