export { PresenceCheckIns } from './check-ins.js';
export type { PresenceChange } from './changes.js';
export { PresenceChanges } from './presence-changes.js';
export { PresenceModule } from './presence.module.js';
export { PresenceService } from './presence.service.js';
export { evaluate, pathsOf, type Trial } from './evaluation/evaluate.rules.js';
export { plotOf } from './evaluation/plot.rules.js';
export type { Walk, WalkRow } from './evaluation/walk.rules.js';
export type { Division, JudgedZone } from './evaluation/zones.rules.js';
