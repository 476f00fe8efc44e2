import type { Instant, OfferId } from '../shared/index.js';
import type { OfferDocument } from './offer.schema.js';
import type { Pending, RevisionState, StoredStatus } from './workflow.rules.js';

export interface Revision {
  revision: number;
  document: OfferDocument;
  state: RevisionState;
  /** A principal's name: a service key is an author like any other. */
  author: string;
  createdAt: Instant;
  submittedAt: Instant | null;
  decidedBy: string | null;
  decidedAt: Instant | null;
  comment: string | null;
}

/** An offer without its revisions. */
export interface OfferRecord {
  offerId: OfferId;
  status: StoredStatus;
  liveRevision: number | null;
  latestRevision: number;
  version: number;
  createdBy: string;
  createdAt: Instant;
  updatedAt: Instant;
}

/** An offer with the revisions that are shown of it. */
export interface ShownOffer {
  offer: OfferRecord;
  latest: Revision;
  live: Revision | undefined;
}

/** The newest revision's state while it waits for approval. */
export function pendingOf(latest: Pick<Revision, 'state'>): Pending {
  return latest.state === 'approved' ? 'none' : latest.state;
}

/** The revision that is shown and edited: the newest while it waits for approval, else the one that is live. */
export function headOf<Each extends Pick<Revision, 'state'>>(latest: Each, live: Each | undefined): Each {
  return latest.state === 'approved' ? (live ?? latest) : latest;
}

/**
 * Everybody who wrote what is not approved yet. None of them may approve it: else two people could each write half
 * and approve the other's.
 *
 * @param revisions all of an offer, ascending
 */
export function pendingAuthors(revisions: readonly Revision[]): ReadonlySet<string> {
  const lastApproved = revisions.findLastIndex(({ state }) => state === 'approved');
  return new Set(revisions.slice(lastApproved + 1).map(({ author }) => author));
}

/**
 * The approved revision to go back to.
 *
 * @param wanted its number; left out: the newest approved one before the live one
 * @returns undefined when there is none, or when it is live already
 */
export function rollbackTarget(
  revisions: readonly Revision[],
  liveRevision: number | null,
  wanted: number | undefined,
): Revision | undefined {
  const approved = revisions.filter(
    ({ state, revision }) => state === 'approved' && revision !== liveRevision,
  );
  if (wanted !== undefined) return approved.find(({ revision }) => revision === wanted);
  return approved.findLast(({ revision }) => revision < (liveRevision ?? 0));
}
