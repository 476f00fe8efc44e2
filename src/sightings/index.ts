export type { CheckIn } from './checkins/checkin.js';
export { CheckIns } from './checkins/checkins.service.js';
export { GatewayPulse } from './gateway-pulse.store.js';
export type { Sighting } from './sighting.js';
export { SightingIntake } from './sighting-intake.service.js';
export { SightingsModule } from './sightings.module.js';
export { CheckInSink, SightingSink } from './sinks.js';
export { ZoneMutes } from './trust/zone-mutes.store.js';
