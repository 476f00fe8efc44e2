export { Deliveries } from './deliveries.service.js';
export { DeliveryModule } from './delivery.module.js';
