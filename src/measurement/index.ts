export { MeasurementModule } from './measurement.module.js';
