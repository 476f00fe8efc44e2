export type { CheckIn } from './checkins/checkin.js';
export { CheckIns } from './checkins/checkins.service.js';
export { GatewayPulse } from './gateway-pulse.store.js';
export { RecordedCheckIns, RecordedSightings } from './recordings/recorded-sinks.js';
export { Recorder } from './recordings/recorder.js';
export { RecordingsModule } from './recordings/recordings.module.js';
export {
  TraceError,
  TraceReader,
  type TraceHeader,
  type TraceItem,
  type TracedCheckIn,
} from './recordings/trace.js';
export type { Sighting } from './sighting.js';
export { SightingIntake } from './sighting-intake.service.js';
export { SightingsModule } from './sightings.module.js';
export { CheckInSink, SightingSink } from './sinks.js';
