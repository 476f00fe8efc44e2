import type { StoreId } from '../../shared/index.js';
import { consequencesOf, standingAfter, type Standing } from './staff.rules.js';

const admin: Standing = {
  email: 'ada@shop.test',
  displayName: 'Ada',
  roles: ['admin', 'marketer'],
  storeIds: ['north' as StoreId],
  active: true,
};
const nothing = { dropsCaches: false, endsSessions: false, losesAdmin: false };

describe('a change of standing', () => {
  it.each<[string, Partial<Standing>, boolean, object]>([
    ['another name', { displayName: 'Ada L.', email: 'al@shop.test' }, false, nothing],
    ['the same roles in another order', { roles: ['marketer', 'admin'] }, false, nothing],
    ['one role more', { roles: ['admin', 'marketer', 'analyst'] }, false, { ...nothing, dropsCaches: true }],
    ['other stores', { storeIds: [] }, false, { ...nothing, dropsCaches: true }],
    ['a new password', {}, true, { ...nothing, dropsCaches: true, endsSessions: true }],
    ['no longer admin', { roles: ['marketer'] }, false, { ...nothing, dropsCaches: true, losesAdmin: true }],
    [
      'no longer active',
      { active: false },
      false,
      { dropsCaches: true, endsSessions: true, losesAdmin: true },
    ],
  ])('%s', (_, change, newPassword, expected) => {
    expect(consequencesOf(admin, { ...admin, ...change }, newPassword)).toEqual(expected);
  });

  it('ends nothing again for whoever was inactive before', () => {
    const gone = { ...admin, active: false };
    expect(consequencesOf(gone, { ...gone, displayName: 'A.' }, false)).toEqual(nothing);
  });
});

describe('the standing after a change', () => {
  it('keeps what the change does not name', () => {
    expect(standingAfter(admin, { roles: ['analyst'], active: undefined })).toEqual({
      ...admin,
      roles: ['analyst'],
    });
  });

  it('takes an empty list and a false as they are', () => {
    expect(standingAfter(admin, { storeIds: [], active: false })).toMatchObject({
      storeIds: [],
      active: false,
    });
  });
});
