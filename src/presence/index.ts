export { PresenceCheckIns } from './check-ins.js';
export type { PresenceChange } from './changes.js';
export { PresenceChanges } from './presence-changes.js';
export { PresenceModule } from './presence.module.js';
export { PresenceService } from './presence.service.js';
