import { Injectable } from '@nestjs/common';
import { CheckInSink, type CheckIn } from '../sightings/index.js';
import { PresenceService } from './presence.service.js';

/** Takes check-ins for live presence. */
@Injectable()
export class PresenceCheckIns extends CheckInSink {
  constructor(private readonly presence: PresenceService) {
    super();
  }

  take(checkin: CheckIn): Promise<void> {
    return this.presence.checkIn(checkin);
  }
}
