import type { Principal } from '../shared/index.js';
import { maySee, mayWrite } from './scope.rules.js';

const staff = (...storeIds: string[]) =>
  ({ kind: 'staff', staffId: 's', roles: ['marketer'], storeIds }) as unknown as Principal;
const service = { kind: 'service', keyId: 'k' } as unknown as Principal;
const madeIn = (...storeIds: string[]) => ({ trigger: { storeIds } }) as never;

it.each([
  ['a service key', service, madeIn('south'), true, true],
  ['staff of every store', staff(), madeIn('south'), true, true],
  ['staff of its store', staff('north'), madeIn('north'), true, true],
  ['staff of one of its stores', staff('north'), madeIn('north', 'south'), true, false],
  ['staff of another store', staff('north'), madeIn('south'), false, false],
  ['staff of a store, when it is made everywhere', staff('north'), madeIn(), true, false],
])('%s', (_, principal, offer, sees, writes) => {
  expect([maySee(principal, offer), mayWrite(principal, offer)]).toEqual([sees, writes]);
});
