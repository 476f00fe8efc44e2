import type { OfferId, Outcome } from '../shared/index.js';
import {
  approved,
  created,
  edited,
  headOfKept,
  rejected,
  rolledBack,
  submitted,
  switched,
  type Kept,
} from './offer-change.rules.js';
import { offerDocument, type OfferDocument } from './offer.schema.js';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const by = (author: string, comment?: string) => ({ author, now: NOON, comment });
const document = (priority = 50, endsAt: string | null = null): OfferDocument =>
  offerDocument.parse({
    name: 'Coffee',
    kind: 'message',
    trigger: { on: ['checkedIn'] },
    content: { default: { title: 'Coffee', body: 'Hot' } },
    schedule: { endsAt },
    priority,
  });
const made = (author = 'anna'): Kept => created('o' as OfferId, document(), by(author));
const done = (outcome: Outcome<Kept>): Kept => {
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.value;
};
const whyOf = (outcome: Outcome<Kept>): string | undefined => (outcome.ok ? undefined : outcome.why);
const live = (): Kept => done(approved(done(submitted(made(), by('anna'))), by('ben')));
const states = ({ revisions }: Kept): string[] =>
  revisions.map(({ revision, state }) => `${revision} ${state}`);

describe('editing', () => {
  it('goes on writing a draft of its own author as one revision', () => {
    const next = done(edited(made(), document(90), by('anna')));
    expect(states(next)).toEqual(['1 draft']);
    expect(headOfKept(next).document.priority).toBe(90);
    expect(next.offer.version).toBe(2);
  });

  it('begins a new revision for another author', () => {
    expect(states(done(edited(made(), document(90), by('ben'))))).toEqual(['1 draft', '2 draft']);
  });

  it('takes an offer out of review, so that what was submitted is what is approved', () => {
    const next = done(edited(done(submitted(made(), by('anna'))), document(90), by('anna')));
    expect(next.offer.status).toBe('draft');
    expect(states(next)).toEqual(['1 inReview', '2 draft']);
    expect(whyOf(approved(next, by('ben')))).toBe('wrong-state');
  });

  it('leaves the live revision of a live offer alone', () => {
    const next = done(edited(live(), document(90), by('anna')));
    expect(next.offer).toMatchObject({ status: 'live', liveRevision: 1, latestRevision: 2 });
    expect(headOfKept(next).revision).toBe(2);
  });

  it('is over once archived', () => {
    expect(whyOf(edited(done(switched('archive', live(), by('anna'))), document(), by('anna')))).toBe(
      'wrong-state',
    );
  });
});

describe('approving', () => {
  it('makes the revision live and remembers who said so', () => {
    expect(live().revisions[0]).toMatchObject({ state: 'approved', decidedBy: 'ben', decidedAt: NOON });
    expect(live().offer).toMatchObject({ status: 'live', liveRevision: 1 });
  });

  it('is for others than the author', () => {
    expect(whyOf(approved(done(submitted(made(), by('ben'))), by('anna')))).toBe('own-offer');
  });

  it('is for nobody who wrote any of it, though somebody else wrote last', () => {
    const both = done(edited(made('anna'), document(90), by('ben')));
    const inReview = done(submitted(both, by('ben')));
    expect(whyOf(approved(inReview, by('anna')))).toBe('own-offer');
    expect(approved(inReview, by('carl')).ok).toBe(true);
  });

  it('may be done by the author of what was approved before', () => {
    const next = done(submitted(done(edited(live(), document(90), by('ben'))), by('ben')));
    expect(done(approved(next, by('anna'))).offer.liveRevision).toBe(2);
  });

  it('does not resume a paused offer', () => {
    const paused = done(switched('pause', live(), by('anna')));
    const next = done(submitted(done(edited(paused, document(90), by('anna'))), by('anna')));
    expect(done(approved(next, by('ben'))).offer).toMatchObject({ status: 'paused', liveRevision: 2 });
  });
});

describe('submitting and rejecting', () => {
  it('refuses a schedule that is over', () => {
    const past = created('o' as OfferId, document(50, '2026-11-22T12:00:00Z'), by('anna'));
    expect(whyOf(submitted(past, by('anna')))).toBe('schedule-ended');
  });

  it('gives the offer back with a comment, which the next submission clears', () => {
    const back = done(rejected(done(submitted(made(), by('anna'))), by('ben', 'too loud')));
    expect(back.offer.status).toBe('draft');
    expect(back.revisions[0]).toMatchObject({ state: 'rejected', comment: 'too loud' });
    expect(done(submitted(back, by('anna'))).revisions[0]).toMatchObject({
      state: 'inReview',
      comment: null,
    });
  });
});

describe('rolling back', () => {
  const second = (): Kept =>
    done(approved(done(submitted(done(edited(live(), document(90), by('anna'))), by('anna'))), by('ben')));

  it('makes the approved revision before the live one live', () => {
    const back = done(rolledBack(second(), undefined, by('ben')));
    expect(back.offer.liveRevision).toBe(1);
    expect(headOfKept(back).document.priority).toBe(50);
  });

  it('goes to the revision named, forward too', () => {
    const back = done(rolledBack(second(), undefined, by('ben')));
    expect(done(rolledBack(back, 2, by('ben'))).offer.liveRevision).toBe(2);
  });

  it('finds nothing before the first, nor one that was never approved, nor the live one', () => {
    expect(whyOf(rolledBack(live(), undefined, by('ben')))).toBe('no-such-revision');
    const drafted = done(edited(second(), document(1), by('anna')));
    expect(whyOf(rolledBack(drafted, 3, by('ben')))).toBe('no-such-revision');
    expect(whyOf(rolledBack(drafted, 2, by('ben')))).toBe('no-such-revision');
    expect(whyOf(rolledBack(made(), undefined, by('ben')))).toBe('wrong-state');
  });

  it('goes on from what is live, not from what was left', () => {
    const back = done(rolledBack(second(), undefined, by('ben')));
    const next = done(edited(back, document(10), by('anna')));
    expect(states(next)).toEqual(['1 approved', '2 approved', '3 draft']);
  });
});
