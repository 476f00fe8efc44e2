export { ConsentModule } from './consent.module.js';
export { lockConsenting } from './consenting.js';
export { Consents } from './consent.service.js';
