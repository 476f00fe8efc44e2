import { Injectable } from '@nestjs/common';
import { Audit } from '../access/index.js';
import { Database, notFound, Published, type Queryable } from '../platform/index.js';
import type { OfferId, Principal } from '../shared/index.js';
import { OfferAnnouncements, OFFERS } from './offer-announcements.js';
import { headOfKept, type Kept } from './offer-change.rules.js';
import { OffersRepository } from './offers.repository.js';
import { maySee } from './scope.rules.js';
import type { Action } from './workflow.rules.js';

/** As the audit log speaks of each action. */
const DONE: Readonly<Record<Action, string>> = {
  edit: 'edited',
  submit: 'submitted',
  approve: 'approved',
  reject: 'rejected',
  pause: 'paused',
  resume: 'resumed',
  archive: 'archived',
  rollback: 'rolledBack',
};

/** Keeps what was decided about an offer: the offer, its audit entry and its events in one transaction. */
@Injectable()
export class OffersLedger {
  constructor(
    private readonly database: Database,
    private readonly repository: OffersRepository,
    private readonly audit: Audit,
    private readonly published: Published,
    private readonly announcements: OfferAnnouncements,
  ) {}

  async add(kept: Kept, actor: Principal): Promise<Kept> {
    await this.database.transaction(async (tx) => {
      await this.#save(tx, undefined, kept);
      await this.audit.write(tx, {
        actor,
        action: 'offer.created',
        subject: `offer:${kept.offer.offerId}`,
        after: auditedOf(kept),
      });
      await this.published.raise(tx, OFFERS);
    });
    await this.announcements.made();
    return kept;
  }

  /**
   * Locks an offer, lets `decide` say what becomes of it, and keeps that.
   *
   * @param decide may be called again after a deadlock; throws to leave everything as it is
   * @throws Problem 404 when there is no such offer, or none that `actor` can see
   */
  async change(
    action: Action,
    offerId: OfferId,
    actor: Principal,
    decide: (kept: Kept) => Kept,
  ): Promise<Kept> {
    const after = await this.database.transaction(async (tx) => {
      const before = await this.repository.lock(tx, offerId);
      if (before === undefined || !maySee(actor, headOfKept(before).document)) throw notFound('offer');
      const decided = decide(before);
      await this.#save(tx, before, decided);
      await this.audit.write(tx, {
        actor,
        action: `offer.${DONE[action]}`,
        subject: `offer:${offerId}`,
        before: auditedOf(before),
        after: auditedOf(decided),
      });
      if (action === 'pause' || action === 'archive') await this.announcements.stopped(tx, offerId);
      await this.published.raise(tx, OFFERS);
      return decided;
    });
    await this.announcements.made();
    return after;
  }

  async #save(tx: Queryable, before: Kept | undefined, { offer, revisions }: Kept): Promise<void> {
    await this.repository.saveOffer(tx, offer);
    const changed = revisions.filter((revision) => !before?.revisions.includes(revision));
    for (const revision of changed) await this.repository.saveRevision(tx, offer.offerId, revision);
  }
}

function auditedOf(kept: Kept): Record<string, unknown> {
  const { offer } = kept;
  const { revision, state, document, comment } = headOfKept(kept);
  return {
    status: offer.status,
    liveRevision: offer.liveRevision,
    revision,
    state,
    document,
    ...(comment !== null && { comment }),
  };
}
