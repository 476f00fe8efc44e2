export { muteCategories } from './app/muting.js';
export { ShoppersModule } from './shoppers.module.js';
export { Shoppers } from './profiles/shoppers.service.js';
export { Departures, type Departing } from './departures/departures.js';
export { Merges } from './merge/merges.js';
export { CarriedBeacons } from './carried/carried-beacons.js';
export { Recognition } from './recognition.js';
export { shopperFields } from './fields.js';
