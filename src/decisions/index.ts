export { lineOf, type ConsideredLine } from './decision.js';
export { DecisionsModule } from './decisions.module.js';
export { Decisions } from './decisions.service.js';
export { Rehearsal, type Rehearsed } from './rehearsal.rules.js';
export { OPEN_VISIT_MS } from './group-commit.js';
export { OfferSink, type GrantedOffer } from './offer-sink.js';
export type { OfferForApp } from './offer.writer.js';
export { Reach } from './reach.service.js';
export { TrialWords, type TrialPlace } from './trial-words.service.js';
export { Simulator } from './simulation/simulator.service.js';
export { ASSUMPTIONS, simulationBody } from './simulation/simulation.dto.js';
export { offPolicy, type LoggedChoice, type OffPolicyReport } from './evaluation/off-policy.rules.js';
export { PolicyLog } from './evaluation/policy-log.repository.js';
export {
  choiceOf,
  openBanditChoices,
  openBanditRow,
  type JudgedPolicy,
  type OpenBanditRow,
  type PolicyLogLine,
} from './evaluation/policy-log.rules.js';
