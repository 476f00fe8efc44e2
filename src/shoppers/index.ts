export { ShoppersModule } from './shoppers.module.js';
export { Shoppers } from './profiles/shoppers.service.js';
export { CarriedBeacons } from './carried/carried-beacons.js';
export { Recognition } from './recognition.js';
export { PurchaseImport } from './import/purchase-import.js';
export { shopperFields } from './fields.js';
export { rowsOf as purchaseRowsOf } from './import/purchase-files.js';
