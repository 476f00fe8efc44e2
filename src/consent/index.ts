export { ConsentModule } from './consent.module.js';
export { Consents } from './consent.service.js';
