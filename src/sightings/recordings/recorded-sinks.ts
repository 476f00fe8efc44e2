import type { CheckIn } from '../checkins/checkin.js';
import type { Sighting } from '../sighting.js';
import { CheckInSink, SightingSink } from '../sinks.js';
import type { Recorder } from './recorder.js';

/** A sink whose sightings are recorded once it has taken them; what it refuses comes again and is recorded then. */
export class RecordedSightings extends SightingSink {
  constructor(
    private readonly sink: SightingSink,
    private readonly recorder: Recorder,
  ) {
    super();
  }

  async take(sightings: readonly Sighting[]): Promise<void> {
    await this.sink.take(sightings);
    this.recorder.sightings(sightings);
  }
}

/** The same for check-ins. */
export class RecordedCheckIns extends CheckInSink {
  constructor(
    private readonly sink: CheckInSink,
    private readonly recorder: Recorder,
  ) {
    super();
  }

  async take(checkin: CheckIn): Promise<void> {
    await this.sink.take(checkin);
    this.recorder.checkin(checkin);
  }
}
