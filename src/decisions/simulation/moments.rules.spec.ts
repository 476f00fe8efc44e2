import fc from 'fast-check';
import type { ShopperId, StoreId, VisitId, ZoneId } from '../../shared/index.js';
import { InOrder, momentsOf, type RecordedVisit } from './moments.rules.js';

const AT = Date.parse('2026-11-23T11:00:00Z');
const zone = (name: string): ZoneId => name as ZoneId;

const visit = (more: Partial<RecordedVisit> = {}): RecordedVisit => ({
  visitId: 'v1' as VisitId,
  shopperId: 'ann' as ShopperId,
  storeId: 's1' as StoreId,
  startedAt: AT,
  endedAt: AT + 600_000,
  via: 'sighting',
  stays: [],
  checkIns: [],
  ...more,
});
const told = (of: RecordedVisit, dwells: number[] = []): [string, number][] =>
  momentsOf(of, dwells, AT + 900_000).map(({ kind, at }) => [kind, (at - AT) / 1_000]);

describe('the moments of a recorded visit', () => {
  it('are its beginning, its stays and their ends, the dwells that offers wait for, and its check-ins', () => {
    const stays = [{ zoneId: zone('tea'), enteredAt: AT + 10_000, leftAt: AT + 70_000 }];
    const checkIns = [{ checkinId: 'c', zoneId: zone('tea'), at: AT + 20_000 }];
    expect(told(visit({ stays, checkIns }), [20, 60, 90])).toEqual([
      ['visitStarted', 0],
      ['zoneEntered', 10],
      ['zoneDwelled', 30],
      ['zoneDwelled', 70],
      ['zoneExited', 70],
      ['checkedIn', 20],
    ]);
  });

  it('leave out a stay that was a mistake', () => {
    const stays = [{ zoneId: zone('tea'), enteredAt: AT + 10_000, leftAt: AT + 10_000 }];
    expect(told(visit({ stays }), [5])).toEqual([['visitStarted', 0]]);
  });

  it('take a stay that goes on to end with the visit, else with the time asked about', () => {
    const stays = [{ zoneId: zone('tea'), enteredAt: AT, leftAt: undefined }];
    expect(told(visit({ stays }), [600, 601]).length).toBe(3);
    expect(told(visit({ stays, endedAt: undefined }), [900, 901]).length).toBe(3);
  });

  it('are never before the beginning of their visit', () => {
    const checkIns = [{ checkinId: 'c', zoneId: undefined, at: AT - 5_000 }];
    expect(told(visit({ checkIns }))).toEqual([
      ['visitStarted', 0],
      ['checkedIn', 0],
    ]);
  });
});

describe('the order of moments', () => {
  const anyVisit = fc
    .record({
      id: fc.uuid(),
      start: fc.integer({ min: 0, max: 50 }),
      stays: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 3 }),
    })
    .map(({ id, start, stays }) =>
      visit({
        visitId: id as VisitId,
        startedAt: AT + start,
        stays: [...new Set(stays)].map((after) => ({
          zoneId: zone(`z${after}`),
          enteredAt: AT + start + after,
          leftAt: AT + start + after + 5,
        })),
      }),
    );

  it('is by time, and does not depend on the steps in which visits are read', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyVisit, { selector: ({ visitId }) => visitId, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (visits, size) => {
          const sorted = [...visits].sort(
            (a, b) => a.startedAt - b.startedAt || (a.visitId < b.visitId ? -1 : 1),
          );
          const moments = (of: RecordedVisit[]) => of.flatMap((each) => momentsOf(each, [], AT));
          const whole = new InOrder().take(moments(sorted), Infinity);
          const order = new InOrder();
          const inSteps = [];
          for (let first = 0; first < sorted.length; first += size) {
            const step = sorted.slice(first, first + size);
            const isLast = first + size >= sorted.length;
            inSteps.push(...order.take(moments(step), isLast ? Infinity : (step.at(-1)?.startedAt ?? 0)));
          }
          expect(inSteps.map(({ changeId }) => changeId)).toEqual(whole.map(({ changeId }) => changeId));
          expect(whole.map(({ at }) => at)).toEqual([...whole.map(({ at }) => at)].sort((a, b) => a - b));
        },
      ),
    );
  });
});
