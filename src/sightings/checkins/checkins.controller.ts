import { Controller } from '@nestjs/common';
import { Handles, route, type Asked } from '../../platform/index.js';
import { checkedInside } from '../sightings.dto.js';
import { checkInAnswer, checkInRequest, type CheckInAnswer } from './checkin.dto.js';
import { CheckIns } from './checkins.service.js';

const checkIn = route({
  method: 'POST',
  path: '/v1/checkins',
  tag: 'Sightings',
  summary: 'The shopper says that they are here; committed when answered',
  allow: ['shopper'],
  body: checkedInside(checkInRequest),
  status: 201,
  answer: checkInAnswer,
});

@Controller()
export class CheckInsController {
  constructor(private readonly checkIns: CheckIns) {}

  @Handles(checkIn)
  checkIn({ principal, body, receivedAt }: Asked<typeof checkIn>): Promise<CheckInAnswer> {
    return this.checkIns.record(principal.shopperId, body, receivedAt);
  }
}
