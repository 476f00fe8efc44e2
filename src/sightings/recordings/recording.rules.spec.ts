import { randomBytes } from 'node:crypto';
import type { StoreId } from '../../shared/index.js';
import { Pseudonyms, summaryOf, type RecordingRow } from './recording.rules.js';

const AT = Date.parse('2026-11-22T10:00:00Z');

describe('the pseudonyms of a recording', () => {
  it('give a shopper one name, in every process that has the key', () => {
    const key = randomBytes(32);
    const name = new Pseudonyms(key).of('ann');
    expect(name).toMatch(/^walker-\d+$/);
    expect(new Pseudonyms(key).of('ann')).toBe(name);
    expect(new Pseudonyms(key).of('bob')).not.toBe(name);
  });

  it('give the same shopper another name in another recording', () => {
    const [one, other] = [new Pseudonyms(randomBytes(32)), new Pseudonyms(randomBytes(32))];
    expect(one.of('ann')).not.toBe(other.of('ann'));
  });
});

describe('how a recording stands', () => {
  const row: RecordingRow = {
    recordingId: 'r',
    storeId: 's1' as StoreId,
    startedAt: AT,
    endsAt: AT + 60_000,
    endedAt: null,
    endedAs: null,
    sightings: 0,
    checkins: 0,
    dropped: 0,
  };

  it('is running until its time is over, whoever has noticed', () => {
    expect(summaryOf(row, AT + 59_999).state).toBe('running');
    expect(summaryOf(row, AT + 60_000).state).toBe('ended');
  });

  it('is full where it ended itself, and says when', () => {
    const full = summaryOf({ ...row, endedAt: AT + 30_000, endedAs: 'full' }, AT + 40_000);
    expect(full).toMatchObject({ state: 'full', endsAt: '2026-11-22T10:00:30.000Z' });
  });
});
