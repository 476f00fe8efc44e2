export { Reapply, type KeptTombstone } from './erasure/reapply.js';
export { PrivacyModule } from './privacy.module.js';
