import { FieldRegistry } from '../rules/index.js';
import { finished, type Facts, type OfferId, type Work } from '../shared/index.js';
import { compileOffer, resolveTarget, type LiveOffer } from './live-offer.js';
import { offerDocument } from './offer.schema.js';
import { RuleIndexes } from './rule-indexes.js';
import { snapshotOf, type LiveSnapshot } from './snapshot.rules.js';

let reads = 0;
const fields = new FieldRegistry([
  {
    field: 'zone.id',
    label: 'Zone',
    description: 'Zone',
    type: 'text',
    read: ({ zone }) => {
      reads += 1;
      return zone?.zoneId;
    },
  },
]);

function inZone(offerId: string, zoneId: string, storeIds: readonly string[] = []): LiveOffer {
  const document = offerDocument.parse({
    name: offerId,
    kind: 'message',
    trigger: { on: ['zoneEntered'], storeIds },
    content: { default: { title: 'a', body: 'b' } },
    eligibility: { field: 'zone.id', operator: '=', value: zoneId },
  });
  const compiled = compileOffer({ offerId: offerId as OfferId, revision: 1, document }, fields);
  return {
    ...compiled,
    target: resolveTarget(document, { products: new Map(), equivalents: [], typical: new Map() }),
  };
}
const offersIn = (count: number, zoneId: string): LiveOffer[] =>
  Array.from({ length: count }, (_, at) =>
    inZone(`${zoneId}-${at}`, at % 2 === 0 ? zoneId : `not ${zoneId}`),
  );
const standing = (zoneId: string, storeId = 'north'): Facts =>
  ({ on: 'zoneEntered', storeId, zone: { zoneId } }) as unknown as Facts;

describe('indexes of live offers', () => {
  const waiting: Work<void>[] = [];
  let indexes: RuleIndexes;

  beforeEach(() => {
    waiting.length = 0;
    indexes = new RuleIndexes(fields, (work) => waiting.push(work));
  });

  function published(offers: readonly LiveOffer[]): LiveSnapshot {
    indexes = indexes.next();
    return snapshotOf(1, offers, new Map(), indexes);
  }

  /** As many moments as decisions would ask; each answer is compared with what the offer alone says. */
  function askedOften(snapshot: LiveSnapshot, zoneId = 'tea', storeId = 'north'): number {
    let readsOfLast = 0;
    for (let moment = 0; moment < 20; moment += 1) {
      const facts = standing(zoneId, storeId);
      const alone = snapshot.offers.map((offer) => offer.eligible(facts));
      reads = 0;
      expect(snapshot.offers.map((offer) => snapshot.isMet(offer, facts))).toEqual(alone);
      readsOfLast = reads;
    }
    return readsOfLast;
  }

  it('are made only for what is asked again and again, and nobody waits for them', () => {
    const snapshot = published(offersIn(40, 'tea'));
    expect(snapshot.isMet(snapshot.offers[0]!, standing('tea'))).toBe(true);
    expect(waiting).toHaveLength(0);
    expect(askedOften(snapshot)).toBe(40);
    expect(waiting).toHaveLength(1);
    waiting[0]?.next();
    expect(askedOften(snapshot)).toBe(40);
    finished(waiting[0]!);
    expect(askedOften(snapshot)).toBe(1);
    expect(waiting).toHaveLength(1);
  });

  it('outlive their snapshot: a few offers that changed are asked alone', () => {
    const before = offersIn(40, 'tea');
    askedOften(published(before));
    finished(waiting[0]!);
    const after = published([...before.slice(2), inZone('new', 'tea'), inZone('other', 'milk')]);
    expect(askedOften(after)).toBe(1 + 2);
    expect(askedOften(after, 'milk')).toBe(1 + 2);
    expect(waiting).toHaveLength(1);
  });

  it('are made anew once many offers came or went, of the newest while they wait', () => {
    askedOften(published(offersIn(40, 'tea')));
    finished(waiting[0]!);
    askedOften(published([...offersIn(40, 'tea'), ...offersIn(10, 'milk')]));
    const newest = published(offersIn(60, 'milk'));
    askedOften(newest);
    expect(waiting).toHaveLength(2);
    finished(waiting[1]!);
    expect(askedOften(newest)).toBe(1);
    const fewer = published(newest.offers.slice(0, 20));
    expect(askedOften(fewer)).toBe(1);
    expect(waiting).toHaveLength(3);
  });

  it('are not made twice where the next snapshot came while one was being made', () => {
    const offers = offersIn(40, 'tea');
    askedOften(published(offers));
    waiting[0]?.next();
    askedOften(published(offers));
    expect(waiting).toHaveLength(2);
    finished(waiting[0]!);
    expect(waiting[1]?.next().done).toBe(true);
    expect(askedOften(published(offers))).toBe(1);
  });

  it('are one for each place, and gone with it', () => {
    const here = [inZone('a', 'tea', ['north']), inZone('b', 'tea')];
    askedOften(published(here));
    finished(waiting[0]!);
    askedOften(published(here), 'tea', 'south');
    expect(waiting).toHaveLength(2);
    published([inZone('b', 'tea')]);
    askedOften(published(here));
    expect(waiting).toHaveLength(3);
  });
});
