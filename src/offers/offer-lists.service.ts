import { Injectable } from '@nestjs/common';
import { badRequest, Clock, decodeCursor, notFound, pageFrom, type Page } from '../platform/index.js';
import type { OfferId, Principal } from '../shared/index.js';
import { offerAnswerOf, revisionAnswerOf } from './offer.dto.js';
import { OffersRepository } from './offers.repository.js';
import { headOf, type ShownOffer } from './revisions.rules.js';
import { maySee, storesOf } from './scope.rules.js';
import type { OfferStatus } from './workflow.rules.js';

interface PageQuery {
  limit: number;
  cursor?: string | undefined;
}
type Items = Page<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads offers for those who may see them. */
@Injectable()
export class OfferLists {
  constructor(
    private readonly repository: OffersRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 when there is none, or none that `principal` can see */
  async one(offerId: OfferId, principal: Principal): Promise<ShownOffer> {
    const shown = await this.repository.find(offerId);
    if (shown === undefined || !maySee(principal, headOf(shown.latest, shown.live).document)) {
      throw notFound('offer');
    }
    return shown;
  }

  async page(query: PageQuery & { status?: OfferStatus | undefined }, principal: Principal): Promise<Items> {
    const { limit, status } = query;
    const now = this.clock.now();
    const after = lastOf(query.cursor, (key) => typeof key === 'string' && UUID.test(key));
    const storeIds = storesOf(principal);
    const rows = await this.repository.list({ status, storeIds, now, limit, after: after as string });
    return pageFrom(
      rows,
      limit,
      ({ offer }) => [offer.offerId],
      (shown) => offerAnswerOf(shown, now),
    );
  }

  async revisions(offerId: OfferId, { limit, cursor }: PageQuery, principal: Principal): Promise<Items> {
    await this.one(offerId, principal);
    const before = lastOf(cursor, (key) => Number.isSafeInteger(key)) as number | undefined;
    const rows = await this.repository.revisions(offerId, limit, before);
    return pageFrom(rows, limit, ({ revision }) => [revision], revisionAnswerOf);
  }
}

/** The key of a cursor, checked before it reaches SQL. */
function lastOf(
  cursor: string | undefined,
  isKey: (key: string | number) => boolean,
): string | number | undefined {
  const [key] = decodeCursor(cursor, 1) ?? [];
  if (key === undefined || isKey(key)) return key;
  throw badRequest('invalid-cursor', 'query.cursor: not one that this list gave');
}
