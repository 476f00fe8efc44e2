import fc from 'fast-check';
import type { StaffId } from '../../shared/ids.js';
import { differences, itemOf, type FloorEvent, type SeenVisit } from './roster.rules.js';

const AT = Date.UTC(2026, 5, 30, 12);
const eve = { staffId: 'e' as StaffId, displayName: 'Eve' };
const visit = (name: string, more: Partial<SeenVisit> = {}): SeenVisit => ({
  visitId: name as never,
  visitAlias: `alias-${name}`,
  shopperId: `shopper-${name}` as never,
  startedAt: AT,
  offers: [],
  messages: [],
  ...more,
});
const coffee = { zone: { zoneId: 'coffee', since: AT + 1_000 } };
const offer = { deliveryId: 'd1', offerId: 'o1' as never, title: 'Low?', at: 'a', expiresAt: 'b' };
const hello = { messageId: 'm1', from: 'shopper', text: 'Hello', at: 'a' } as const;
const names = (events: readonly FloorEvent[]): string[] => events.map(({ event }) => event);

describe('a visit as the floor sees it', () => {
  it('has what is known, and nothing that names the shopper', () => {
    const claim = { by: eve, at: AT + 2_000 };
    const item = itemOf(visit('a', { ...coffee, firstName: 'Vera', tier: 'gold', claim, assignedTo: eve }));
    expect(item).toEqual({
      visitAlias: 'alias-a',
      zoneId: 'coffee',
      since: '2026-06-30T12:00:00.000Z',
      zoneSince: '2026-06-30T12:00:01.000Z',
      tier: 'gold',
      firstName: 'Vera',
      claimedBy: eve,
      claimedAt: '2026-06-30T12:00:02.000Z',
      assignedTo: eve,
    });
    expect(itemOf(visit('a'))).toEqual({
      visitAlias: 'alias-a',
      zoneId: null,
      since: '2026-06-30T12:00:00.000Z',
    });
  });
});

describe('what became different on the floor', () => {
  it('is nothing between two looks at the same', () => {
    const same = [visit('a', { ...coffee, offers: [offer], messages: [hello], claim: { by: eve, at: AT } })];
    expect(differences(same, structuredClone(same))).toEqual([]);
  });

  it.each<[string, SeenVisit[], SeenVisit[], FloorEvent[]]>([
    ['somebody comes', [], [visit('a')], [{ event: 'arrived', body: itemOf(visit('a')) }]],
    ['somebody goes', [visit('a')], [], [{ event: 'left', body: { visitAlias: 'alias-a' } }]],
    [
      'somebody enters a zone',
      [visit('a')],
      [visit('a', coffee)],
      [
        {
          event: 'moved',
          body: {
            visitAlias: 'alias-a',
            zoneId: 'coffee',
            previousZoneId: null,
            zoneSince: '2026-06-30T12:00:01.000Z',
          },
        },
      ],
    ],
    [
      'somebody leaves a zone for none',
      [visit('a', coffee)],
      [visit('a')],
      [{ event: 'moved', body: { visitAlias: 'alias-a', zoneId: null, previousZoneId: 'coffee' } }],
    ],
    [
      'an associate takes over',
      [visit('a')],
      [visit('a', { claim: { by: eve, at: AT } })],
      [
        {
          event: 'claimed',
          body: { visitAlias: 'alias-a', claimedBy: eve, claimedAt: '2026-06-30T12:00:00.000Z' },
        },
      ],
    ],
    [
      'an associate lets go',
      [visit('a', { claim: { by: eve, at: AT } })],
      [visit('a')],
      [{ event: 'claimed', body: { visitAlias: 'alias-a', claimedBy: null, claimedAt: null } }],
    ],
    [
      'an offer is made',
      [visit('a')],
      [visit('a', { offers: [offer] })],
      [
        {
          event: 'offered',
          body: { visitAlias: 'alias-a', offerId: 'o1' as never, title: 'Low?', at: 'a', expiresAt: 'b' },
        },
      ],
    ],
    [
      'somebody writes',
      [visit('a')],
      [visit('a', { messages: [hello] })],
      [{ event: 'message', body: { visitAlias: 'alias-a', ...hello } }],
    ],
  ])('%s', (_, before, after, told) => {
    expect(differences(before, after)).toEqual(told);
  });

  it('tells who left before who came, and of who came what they got', () => {
    const came = visit('b', { offers: [offer], messages: [hello] });
    expect(names(differences([visit('a')], [came]))).toEqual(['left', 'arrived', 'offered', 'message']);
  });

  it('makes of what was told exactly what is there', () => {
    const visits = fc.uniqueArray(
      fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), zoneId: fc.constantFrom('x', 'y', undefined) }),
      { selector: ({ name }) => name },
    );
    const seen = fc.array(
      visits.map((all) => all.map(made)),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(seen, (looks) => {
        const tablet = new Map<string, string | null>();
        let before: SeenVisit[] = [];
        for (const look of looks) {
          for (const { event, body } of differences(before, look)) {
            if (event === 'left') expect(tablet.delete(body.visitAlias)).toBe(true);
            else if (event === 'arrived' || event === 'moved') tablet.set(body.visitAlias, body.zoneId);
          }
          before = look;
        }
        const there = (looks.at(-1) ?? []).map(({ visitAlias, zone }) => [visitAlias, zone?.zoneId ?? null]);
        expect(Object.fromEntries(tablet)).toEqual(Object.fromEntries(there));
      }),
    );
  });

  function made({ name, zoneId }: { name: string; zoneId: string | undefined }): SeenVisit {
    return visit(name, zoneId === undefined ? {} : { zone: { zoneId, since: AT } });
  }
});
