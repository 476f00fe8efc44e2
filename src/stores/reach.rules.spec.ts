import type { KeyId, StaffId, StoreId } from '../shared/index.js';
import { reachOf, reaches } from './reach.rules.js';

const service = { kind: 'service', keyId: 'k' as KeyId } as const;
const staffOf = (...storeIds: string[]) =>
  ({ kind: 'staff', staffId: 's' as StaffId, roles: ['admin'], storeIds: storeIds as StoreId[] }) as const;

describe('reach', () => {
  it.each([
    ['a service', service],
    ['staff without a list of stores', staffOf()],
  ])('%s reaches every store', (_, principal) => {
    expect(reachOf(principal)).toBeUndefined();
    expect(reaches(principal, 'any' as StoreId)).toBe(true);
  });

  it('staff with a list of stores reach these alone', () => {
    expect(reachOf(staffOf('a', 'b'))).toEqual(['a', 'b']);
    expect(reaches(staffOf('a'), 'a' as StoreId)).toBe(true);
    expect(reaches(staffOf('a'), 'b' as StoreId)).toBe(false);
  });
});
