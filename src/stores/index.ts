export { storeFields } from './fields.js';
export type { Anchor, Position, StoreLayout, SurveyPoint, Zone } from './layout.js';
export { plainHardwareId } from './layout.rules.js';
export { reaches } from './reach.rules.js';
export { storesEntities } from './store.entity.js';
export { StoresModule } from './stores.module.js';
export { Stores } from './stores.service.js';
