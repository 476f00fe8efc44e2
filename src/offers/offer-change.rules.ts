import { fail, ok, type Instant, type Outcome } from '../shared/index.js';
import { hasEnded, type OfferDocument } from './offer.schema.js';
import {
  headOf,
  pendingAuthors,
  pendingOf,
  rollbackTarget,
  type OfferRecord,
  type Revision,
} from './revisions.rules.js';
import { move, statusAt, type Action, type Moved } from './workflow.rules.js';

/** An offer with all its revisions, ascending; as it is kept. */
export interface Kept {
  offer: OfferRecord;
  revisions: readonly Revision[];
}

/** Who does it and when. */
export interface Deed {
  author: string;
  now: Instant;
  comment?: string | undefined;
}

type Why = 'wrong-state' | 'own-offer' | 'schedule-ended' | 'no-such-revision';
type Change = Outcome<Kept, Why>;

/** A new offer: a draft of one revision. */
export function created(offerId: OfferRecord['offerId'], document: OfferDocument, deed: Deed): Kept {
  const { author, now } = deed;
  const offer: OfferRecord = {
    offerId,
    status: 'draft',
    liveRevision: null,
    latestRevision: 1,
    version: 1,
    createdBy: author,
    createdAt: now,
    updatedAt: now,
  };
  return { offer, revisions: [revisionOf(1, document, deed)] };
}

/**
 * A new document. A draft that its own author goes on writing stays one revision; everything else begins a new one,
 * and an offer in review becomes a draft again: what was submitted is what is approved.
 */
export function edited(kept: Kept, document: OfferDocument, deed: Deed): Change {
  const moved = moveOf('edit', kept, deed.now);
  if (!moved.ok) return moved;
  const latest = latestOf(kept);
  const continues = latest.state === 'draft' && latest.author === deed.author;
  const next = continues ? { ...latest, document } : revisionOf(latest.revision + 1, document, deed);
  return ok(changed(kept, deed, { status: moved.value.stored, latestRevision: next.revision }, next));
}

export function submitted(kept: Kept, deed: Deed): Change {
  const moved = moveOf('submit', kept, deed.now);
  if (!moved.ok) return moved;
  const latest = latestOf(kept);
  if (hasEnded(latest.document, deed.now)) {
    return fail('schedule-ended', `The schedule ended at ${latest.document.schedule.endsAt ?? ''}.`);
  }
  const next: Revision = { ...latest, state: 'inReview', submittedAt: deed.now, comment: null };
  return ok(changed(kept, deed, { status: moved.value.stored }, next));
}

/** Four eyes: whoever wrote something of it cannot approve it. */
export function approved(kept: Kept, deed: Deed): Change {
  const moved = moveOf('approve', kept, deed.now);
  if (!moved.ok) return moved;
  if (pendingAuthors(kept.revisions).has(deed.author)) {
    return fail('own-offer', 'Somebody else must approve what you have written.');
  }
  const next = decidedOf(latestOf(kept), 'approved', deed);
  return ok(changed(kept, deed, { status: moved.value.stored, liveRevision: next.revision }, next));
}

export function rejected(kept: Kept, deed: Deed): Change {
  const moved = moveOf('reject', kept, deed.now);
  if (!moved.ok) return moved;
  return ok(changed(kept, deed, { status: moved.value.stored }, decidedOf(latestOf(kept), 'rejected', deed)));
}

/** Pausing, resuming, archiving: only the status moves. */
export function switched(action: 'pause' | 'resume' | 'archive', kept: Kept, deed: Deed): Change {
  const moved = moveOf(action, kept, deed.now);
  return moved.ok ? ok(changed(kept, deed, { status: moved.value.stored })) : moved;
}

/** An approved revision live again, at once; one that waits for approval goes on waiting. */
export function rolledBack(kept: Kept, wanted: number | undefined, deed: Deed): Change {
  const moved = moveOf('rollback', kept, deed.now);
  if (!moved.ok) return moved;
  const target = rollbackTarget(kept.revisions, kept.offer.liveRevision, wanted);
  if (target === undefined) {
    return fail('no-such-revision', 'There is no other approved revision to go back to.');
  }
  return ok(changed(kept, deed, { status: moved.value.stored, liveRevision: target.revision }));
}

/** The newest revision. Every offer has one. */
export function latestOf({ revisions }: Kept): Revision {
  const latest = revisions.at(-1);
  if (latest === undefined) throw new Error('an offer without revisions');
  return latest;
}

export function liveOf({ offer, revisions }: Kept): Revision | undefined {
  return revisions.find(({ revision }) => revision === offer.liveRevision);
}

/** The revision that is shown and edited. */
export function headOfKept(kept: Kept): Revision {
  return headOf(latestOf(kept), liveOf(kept));
}

function moveOf(action: Action, kept: Kept, now: Instant): Outcome<Moved, 'wrong-state'> {
  const stored = kept.offer.status;
  const status = statusAt(stored, liveOf(kept)?.document, now);
  return move(action, { stored, status, pending: pendingOf(latestOf(kept)) });
}

function changed(
  { offer, revisions }: Kept,
  { now }: Deed,
  change: Partial<OfferRecord>,
  revision?: Revision,
): Kept {
  const others = revisions.filter((each) => each.revision !== revision?.revision);
  return {
    offer: { ...offer, ...change, version: offer.version + 1, updatedAt: now },
    revisions: revision === undefined ? revisions : [...others, revision],
  };
}

function revisionOf(revision: number, document: OfferDocument, { author, now }: Deed): Revision {
  return {
    revision,
    document,
    state: 'draft',
    author,
    createdAt: now,
    submittedAt: null,
    decidedBy: null,
    decidedAt: null,
    comment: null,
  };
}

function decidedOf(revision: Revision, state: 'approved' | 'rejected', deed: Deed): Revision {
  return {
    ...revision,
    state,
    decidedBy: deed.author,
    decidedAt: deed.now,
    comment: deed.comment ?? null,
  };
}
