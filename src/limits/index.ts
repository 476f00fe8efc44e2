export { capRefusal, earliestNeeded, type CapEvent } from './caps.rules.js';
export { ContactPolicies } from './contact-policies.service.js';
export {
  contactPolicy,
  DEFAULT_EXPLORATION,
  DEFAULT_POLICY,
  isStopped,
  type ContactPolicy,
} from './contact-policy.js';
export { Counters, type Taken } from './counters/counters.js';
export { drawRefusal, drawsOf, reserveOf, type Draw } from './counters/counters.rules.js';
export { withGroupsInOrder, whyNot, type GroupMember, type Worth } from './exclusion.rules.js';
export { HouseRules } from './house-rules.js';
export type { Pace } from './counters/pacing.rules.js';
export { StoreRhythms } from './counters/store-rhythms.js';
export { householdLock, householdsOf, membersOf } from './households.repository.js';
export { LimitsModule } from './limits.module.js';
export { capEventsOf, usedOf, type CapWindow } from './limits.repository.js';
export { commitReservation, releaseReservations, returnReservation } from './counters/reservations.js';
