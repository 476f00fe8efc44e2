import { fail, ok, type Instant, type Outcome } from '../shared/index.js';
import { hasEnded, type OfferDocument } from './offer.schema.js';

/** What is kept. Time makes `scheduled` and `ended` out of it: nobody has to be there when a schedule begins. */
export type StoredStatus = 'draft' | 'inReview' | 'live' | 'paused' | 'archived';
export const STATUSES = ['draft', 'inReview', 'scheduled', 'live', 'paused', 'ended', 'archived'] as const;
export type OfferStatus = (typeof STATUSES)[number];

export type RevisionState = 'draft' | 'inReview' | 'approved' | 'rejected';
/** The newest revision while it is not approved; `none` when it is. */
export type Pending = Exclude<RevisionState, 'approved'> | 'none';

export const ACTIONS = [
  'edit',
  'submit',
  'approve',
  'reject',
  'pause',
  'resume',
  'archive',
  'rollback',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Where an action leads; `same` leaves the status as it is kept, `refused` is a wrong state. */
type Move = StoredStatus | 'same' | 'refused';

const EVERY_STATUS = <To extends Move>(to: To) => ({
  draft: to,
  inReview: to,
  scheduled: to,
  live: to,
  paused: to,
  ended: to,
  archived: to,
});

/** The machine by status. An offer that was live before stays what it is while a new revision makes its way. */
const MOVES: Readonly<Record<Action, Readonly<Record<OfferStatus, Move>>>> = {
  edit: { ...EVERY_STATUS('same'), inReview: 'draft', archived: 'refused' },
  submit: { ...EVERY_STATUS('same'), draft: 'inReview', inReview: 'refused', archived: 'refused' },
  approve: { ...EVERY_STATUS('same'), draft: 'refused', inReview: 'live', archived: 'refused' },
  reject: { ...EVERY_STATUS('same'), draft: 'refused', inReview: 'draft', archived: 'refused' },
  pause: { ...EVERY_STATUS('refused'), scheduled: 'paused', live: 'paused' },
  resume: { ...EVERY_STATUS('refused'), paused: 'live' },
  archive: { ...EVERY_STATUS('archived'), archived: 'refused' },
  rollback: { ...EVERY_STATUS('same'), draft: 'refused', inReview: 'refused', archived: 'refused' },
};

const EVERY_PENDING = <To extends RevisionState | 'same'>(to: To) => ({
  none: to,
  draft: to,
  inReview: to,
  rejected: to,
});

/** The machine by the state of the newest revision: what becomes of it. */
const REVISIONS: Readonly<Record<Action, Readonly<Record<Pending, RevisionState | 'same' | 'refused'>>>> = {
  edit: EVERY_PENDING('draft'),
  submit: { none: 'refused', draft: 'inReview', inReview: 'refused', rejected: 'inReview' },
  approve: { none: 'refused', draft: 'refused', inReview: 'approved', rejected: 'refused' },
  reject: { none: 'refused', draft: 'refused', inReview: 'rejected', rejected: 'refused' },
  pause: EVERY_PENDING('same'),
  resume: EVERY_PENDING('same'),
  archive: EVERY_PENDING('same'),
  rollback: EVERY_PENDING('same'),
};

export interface Standing {
  status: OfferStatus;
  stored: StoredStatus;
  pending: Pending;
}
export interface Moved {
  stored: StoredStatus;
  /** The new state of the newest revision, where the action changes it. */
  revision: RevisionState | undefined;
}

/** What an action does to an offer, or `wrong-state`. */
export function move(action: Action, standing: Standing): Outcome<Moved, 'wrong-state'> {
  const status = MOVES[action][standing.status];
  const revision = REVISIONS[action][standing.pending];
  if (status === 'refused' || revision === 'refused') {
    const pending = standing.pending === 'none' ? '' : ` with a revision in state ${standing.pending}`;
    return fail('wrong-state', `Cannot ${action} an offer that is ${standing.status}${pending}.`);
  }
  return ok({
    stored: status === 'same' ? standing.stored : status,
    revision: revision === 'same' ? undefined : revision,
  });
}

/**
 * The status as it is shown at `now`.
 *
 * @param live the schedule of the live revision; undefined when none was ever approved
 */
export function statusAt(
  stored: StoredStatus,
  live: Pick<OfferDocument, 'schedule'> | undefined,
  now: Instant,
): OfferStatus {
  if (live === undefined || (stored !== 'live' && stored !== 'paused')) return stored;
  if (hasEnded(live, now)) return 'ended';
  const { startsAt } = live.schedule;
  const waits = startsAt !== null && now < Date.parse(startsAt);
  return stored === 'live' && waits ? 'scheduled' : stored;
}
