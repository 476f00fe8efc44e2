import {
  ACTIONS,
  move,
  statusAt,
  STATUSES,
  type Action,
  type Pending,
  type StoredStatus,
} from './workflow.rules.js';

const PENDING: readonly Pending[] = ['none', 'draft', 'inReview', 'rejected'];
const STORED = ['draft', 'inReview', 'live', 'paused', 'archived'] as const;
const schedule = (startsAt: string | null, endsAt: string | null) => ({
  schedule: { startsAt, endsAt, daysOfWeek: [] },
});

/** What may happen, written out once more: action, status shown, newest revision, and where both lead. */
const ALLOWED = new Set([
  'edit draft draft -> draft draft',
  'edit draft rejected -> draft draft',
  'edit inReview inReview -> draft draft',
  'submit draft draft -> inReview inReview',
  'submit draft rejected -> inReview inReview',
  'approve inReview inReview -> live approved',
  'reject inReview inReview -> draft rejected',
  'archive draft draft -> archived',
  'archive draft rejected -> archived',
  'archive inReview inReview -> archived',
  ...['scheduled', 'live', 'paused', 'ended'].flatMap((status) => {
    const stored = status === 'paused' ? 'paused' : 'live';
    return [
      ...PENDING.map((pending) => `edit ${status} ${pending} -> ${stored} draft`),
      `submit ${status} draft -> ${stored} inReview`,
      `submit ${status} rejected -> ${stored} inReview`,
      `approve ${status} inReview -> ${stored} approved`,
      `reject ${status} inReview -> ${stored} rejected`,
      ...PENDING.map((pending) => `archive ${status} ${pending} -> archived`),
      ...PENDING.map((pending) => `rollback ${status} ${pending} -> ${stored}`),
    ];
  }),
  ...PENDING.map((pending) => `pause scheduled ${pending} -> paused`),
  ...PENDING.map((pending) => `pause live ${pending} -> paused`),
  ...PENDING.map((pending) => `resume paused ${pending} -> live`),
]);

/** An offer that was never approved waits for approval, and nothing else does. */
function isPossible(status: string, pending: Pending): boolean {
  if (status === 'inReview') return pending === 'inReview';
  if (status === 'draft') return pending === 'draft' || pending === 'rejected';
  return true;
}

function told(action: Action, status: (typeof STATUSES)[number], pending: Pending): string | undefined {
  const stored: StoredStatus = status === 'scheduled' || status === 'ended' ? 'live' : status;
  const moved = move(action, { status, stored, pending });
  if (!moved.ok) return undefined;
  const { revision } = moved.value;
  return `${action} ${status} ${pending} -> ${moved.value.stored}${revision === undefined ? '' : ` ${revision}`}`;
}

describe('the workflow of an offer', () => {
  const cases = ACTIONS.flatMap((action) =>
    STATUSES.flatMap((status) =>
      PENDING.filter((pending) => isPossible(status, pending)).map((pending) => ({
        action,
        status,
        pending,
      })),
    ),
  );

  it.each(cases)(
    '$action of one that is $status, newest revision $pending',
    ({ action, status, pending }) => {
      const outcome = told(action, status, pending);
      const allowed = [...ALLOWED].filter((line) => line.startsWith(`${action} ${status} ${pending} ->`));
      expect(outcome === undefined ? [] : [outcome]).toEqual(allowed);
    },
  );

  it('says what stands in the way', () => {
    const moved = move('approve', { status: 'draft', stored: 'draft', pending: 'rejected' });
    expect(moved).toEqual({
      ok: false,
      why: 'wrong-state',
      detail: 'Cannot approve an offer that is draft with a revision in state rejected.',
    });
  });
});

describe('the status at a time', () => {
  const noon = Date.parse('2026-11-22T12:00:00Z');
  const before = '2026-11-22T11:00:00Z';
  const after = '2026-11-22T13:00:00Z';

  it.each([
    ['live', null, null, 'live'],
    ['live', before, after, 'live'],
    ['live', after, null, 'scheduled'],
    ['live', null, before, 'ended'],
    ['live', null, '2026-11-22T12:00:00Z', 'ended'],
    ['live', '2026-11-22T12:00:00Z', null, 'live'],
    ['paused', after, null, 'paused'],
    ['paused', null, before, 'ended'],
    ['archived', null, before, 'archived'],
    ['inReview', null, before, 'inReview'],
  ] as const)('of one kept as %s from %s to %s is %4$s', (stored, startsAt, endsAt, shown) => {
    expect(statusAt(stored, schedule(startsAt, endsAt), noon)).toBe(shown);
  });

  it.each(STORED)('of one that was never live is as kept: %s', (stored) => {
    expect(statusAt(stored, undefined, noon)).toBe(stored);
  });
});
