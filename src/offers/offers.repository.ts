import { Injectable } from '@nestjs/common';
import { DataSource, In, LessThan, type SelectQueryBuilder } from 'typeorm';
import { Database, timestamp, type Queryable } from '../platform/index.js';
import type { Instant, OfferId, StoreId } from '../shared/index.js';
import type { StoredOffer } from './live-offer.js';
import { OfferEntity, OfferRevisionEntity } from './offer.entity.js';
import { headOf, type OfferRecord, type Revision, type ShownOffer } from './revisions.rules.js';
import type { OfferStatus } from './workflow.rules.js';

export interface OfferQuery {
  status?: OfferStatus | undefined;
  /** Only offers made in some of these stores; undefined for all. */
  storeIds: readonly StoreId[] | undefined;
  now: Instant;
  limit: number;
  /** The last offer shown before. */
  after: string | undefined;
}

type Joined = OfferEntity & { latest: OfferRevisionEntity; live?: OfferRevisionEntity | null };

const STATUS_AT = `CASE
  WHEN offer.status IN ('live', 'paused')
    AND CAST(live.document #>> '{schedule,endsAt}' AS timestamptz) <= :now THEN 'ended'
  WHEN offer.status = 'live'
    AND CAST(live.document #>> '{schedule,startsAt}' AS timestamptz) > :now THEN 'scheduled'
  ELSE offer.status END`;
const STORES = `latest.document #> '{trigger,storeIds}'`;

/** Offers in Postgres. Reads go through the ORM; what locks is written by hand. */
@Injectable()
export class OffersRepository {
  constructor(
    private readonly orm: DataSource,
    private readonly database: Database,
  ) {}

  async find(offerId: OfferId): Promise<ShownOffer | undefined> {
    const found = await this.#joined().where('offer.offerId = :offerId', { offerId }).getOne();
    return found === null ? undefined : shown(found as Joined);
  }

  /** Newest first; one more than `limit`, which tells whether there is a next page. */
  async list({ status, storeIds, now, limit, after }: OfferQuery): Promise<ShownOffer[]> {
    const query = this.#joined().where('TRUE');
    if (status !== undefined) {
      query.andWhere(`${STATUS_AT} = :status`, { status, now: timestamp(now).toISOString() });
    }
    if (after !== undefined) query.andWhere('offer.offerId < :after', { after });
    if (storeIds !== undefined) {
      query.andWhere(`(${STORES} = '[]'::jsonb OR jsonb_exists_any(${STORES}, ARRAY[:...storeIds]))`, {
        storeIds,
      });
    }
    const found = await query
      .orderBy('offer.offerId', 'DESC')
      .limit(limit + 1)
      .getMany();
    return found.map((each) => shown(each as Joined));
  }

  /** Newest first; one more than `limit`. */
  async revisions(offerId: OfferId, limit: number, before: number | undefined): Promise<Revision[]> {
    return this.orm.getRepository(OfferRevisionEntity).find({
      where: { offerId, ...(before === undefined ? {} : { revision: LessThan(before) }) },
      order: { revision: 'DESC' },
      take: limit + 1,
    });
  }

  /** What may be made now or later: the live revision of every offer that is neither paused nor archived. */
  live(): Promise<StoredOffer[]> {
    return this.database.query<StoredOffer>(
      `SELECT o.offer_id AS "offerId", r.revision, r.document
       FROM offers o JOIN offer_revisions r ON r.offer_id = o.offer_id AND r.revision = o.live_revision
       WHERE o.status = 'live'`,
    );
  }

  /** The revisions that are shown and edited, of these offers. */
  async heads(offerIds: readonly OfferId[]): Promise<StoredOffer[]> {
    const found = await this.#joined()
      .where({ offerId: In([...offerIds]) })
      .getMany();
    return found.map((each) => {
      const { offer, latest, live } = shown(each as Joined);
      const { revision, document } = headOf(latest, live);
      return { offerId: offer.offerId, revision, document };
    });
  }

  /** One revision, whatever its state. */
  async revision(offerId: OfferId, revision: number): Promise<StoredOffer | undefined> {
    const [row] = await this.database.query<StoredOffer>(
      `SELECT offer_id AS "offerId", revision, document FROM offer_revisions
       WHERE offer_id = $1 AND revision = $2`,
      [offerId, revision],
    );
    return row;
  }

  /** The offer locked for this transaction, with all its revisions, ascending. */
  async lock(
    tx: Queryable,
    offerId: OfferId,
  ): Promise<{ offer: OfferRecord; revisions: Revision[] } | undefined> {
    const [offer] = await tx.query<OfferRecord>(
      `SELECT offer_id AS "offerId", status, live_revision AS "liveRevision", latest_revision AS "latestRevision",
              version, created_by AS "createdBy", created_at AS "createdAt", updated_at AS "updatedAt"
       FROM offers WHERE offer_id = $1 FOR UPDATE`,
      [offerId],
    );
    if (offer === undefined) return undefined;
    const revisions = await tx.query<Revision>(
      `SELECT revision, document, state, author, created_at AS "createdAt", submitted_at AS "submittedAt",
              decided_by AS "decidedBy", decided_at AS "decidedAt", comment
       FROM offer_revisions WHERE offer_id = $1 ORDER BY revision`,
      [offerId],
    );
    return { offer, revisions };
  }

  async saveOffer(tx: Queryable, offer: OfferRecord): Promise<void> {
    await tx.run(
      `INSERT INTO offers (offer_id, status, live_revision, latest_revision, version, created_by, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (offer_id) DO UPDATE SET status = EXCLUDED.status, live_revision = EXCLUDED.live_revision,
         latest_revision = EXCLUDED.latest_revision, version = EXCLUDED.version, updated_at = EXCLUDED.updated_at`,
      [
        offer.offerId,
        offer.status,
        offer.liveRevision,
        offer.latestRevision,
        offer.version,
        offer.createdBy,
        timestamp(offer.createdAt),
        timestamp(offer.updatedAt),
      ],
    );
  }

  async saveRevision(tx: Queryable, offerId: OfferId, given: Revision): Promise<void> {
    await tx.run(
      `INSERT INTO offer_revisions (offer_id, revision, document, state, author, created_at, submitted_at,
                                    decided_by, decided_at, comment)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (offer_id, revision) DO UPDATE SET document = EXCLUDED.document, state = EXCLUDED.state,
         submitted_at = EXCLUDED.submitted_at, decided_by = EXCLUDED.decided_by,
         decided_at = EXCLUDED.decided_at, comment = EXCLUDED.comment`,
      [
        offerId,
        given.revision,
        JSON.stringify(given.document),
        given.state,
        given.author,
        timestamp(given.createdAt),
        orNull(given.submittedAt),
        given.decidedBy,
        orNull(given.decidedAt),
        given.comment,
      ],
    );
  }

  #joined(): SelectQueryBuilder<OfferEntity> {
    return this.orm
      .createQueryBuilder(OfferEntity, 'offer')
      .innerJoinAndMapOne(
        'offer.latest',
        OfferRevisionEntity,
        'latest',
        'latest.offerId = offer.offerId AND latest.revision = offer.latestRevision',
      )
      .leftJoinAndMapOne(
        'offer.live',
        OfferRevisionEntity,
        'live',
        'live.offerId = offer.offerId AND live.revision = offer.liveRevision',
      );
  }
}

function shown({ latest, live, ...offer }: Joined): ShownOffer {
  return { offer, latest, live: live ?? undefined };
}

function orNull(instant: Instant | null): Date | null {
  return instant === null ? null : timestamp(instant);
}
