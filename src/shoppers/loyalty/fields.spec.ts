import { FieldRegistry } from '../../rules/index.js';
import { DAY_MS, type Facts, type LoyaltyStanding } from '../../shared/index.js';
import { loyaltyFields } from './fields.js';

const NOW = Date.UTC(2026, 5, 15);
const registry = new FieldRegistry(loyaltyFields);
const read = (field: string, loyalty?: LoyaltyStanding) =>
  registry.get(`loyalty.${field}`).read({ at: NOW, shopper: { loyalty } } as unknown as Facts, {});

describe('what a rule may ask about loyalty', () => {
  it('is what the programme says of the member', () => {
    const standing: LoyaltyStanding = {
      tier: 'silver',
      points: 60,
      since: new Date(NOW - 3 * DAY_MS).toISOString(),
      nextTier: 'gold',
      pointsToNextTier: 440,
      tierEndsAt: new Date(NOW + 7 * DAY_MS).toISOString(),
      tierAtRisk: true,
      entitlements: ['coffee'],
    };
    const names = [
      'tier',
      'points',
      'nextTier',
      'pointsToNextTier',
      'tierSince',
      'daysInTier',
      'daysToTierEnd',
    ];
    expect(names.map((name) => read(name, standing))).toEqual([
      'silver',
      60,
      'gold',
      440,
      NOW - 3 * DAY_MS,
      3,
      7,
    ]);
    expect([read('tierAtRisk', standing), read('entitlements', standing)]).toEqual([true, ['coffee']]);
  });

  it('is tier and points alone where the retailer keeps them, and nothing of a stranger', () => {
    expect(read('daysInTier', { tier: 'gold', points: 7, since: 'long ago' })).toBeUndefined();
    expect(read('tier', { tier: 'gold', points: 7 })).toBe('gold');
    for (const { field } of loyaltyFields) expect(read(field.replace('loyalty.', ''))).toBeUndefined();
  });
});
