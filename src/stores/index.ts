export { storeFields } from './fields.js';
export type { Anchor, Position, StoreLayout, SurveyPoint, Zone } from './layout.js';
export { StoreDocuments } from './documents.service.js';
export { layoutOf, plainHardwareId } from './layout.rules.js';
export { reaches, reachOf } from './reach.rules.js';
export { storesEntities } from './store.entity.js';
export { storeDocument, type StoreDocument } from './stores.dto.js';
export { StoresModule } from './stores.module.js';
export { Stores } from './stores.service.js';
