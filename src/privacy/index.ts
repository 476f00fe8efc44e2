export { Reapply } from './erasure/reapply.js';
export { PrivacyModule } from './privacy.module.js';
