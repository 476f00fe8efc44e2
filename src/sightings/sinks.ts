import type { CheckIn } from './checkins/checkin.js';
import type { Sighting } from './sighting.js';

/** Where sightings go on. The room `presence` provides it. */
export abstract class SightingSink {
  /**
   * Resolves once live presence holds them. The same sighting may come again, under the same id.
   *
   * @throws whatever keeps Redis from holding them: the sender is then asked to try again
   */
  abstract take(sightings: readonly Sighting[]): Promise<void>;
}

/** Where committed check-ins go on. The room `presence` provides it. */
export abstract class CheckInSink {
  /** Resolves once live presence holds it; the same check-in may come again, under the same id. */
  abstract take(checkin: CheckIn): Promise<void>;
}
