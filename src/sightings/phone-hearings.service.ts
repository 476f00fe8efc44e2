import { Injectable } from '@nestjs/common';
import { Metrics, type Rejection } from '../platform/index.js';
import type { ShopperId } from '../shared/index.js';
import { HealthNotes } from './health/health-notes.service.js';
import { Recognisers } from './recognisers.service.js';
import type { BatchAnswer } from './sightings.dto.js';
import type { Placed } from './sightings.rules.js';
import { SightingSink } from './sinks.js';
import { count, observeAges, type Source } from './tally.js';
import { timed, type Clocks } from './timing.rules.js';

/** What a shopper's phone has reported, in our words. */
export interface PhoneReport {
  shopperId: ShopperId;
  /** At beacons of stores. */
  placed: Placed & { unknown: number };
  rejected: readonly Rejection[];
  clocks: Clocks;
}

/** Takes what phones heard on to presence, as `GatewayHearings` does for gateways. */
@Injectable()
export class PhoneHearings {
  constructor(
    private readonly recognisers: Recognisers,
    private readonly sink: SightingSink,
    private readonly notes: HealthNotes,
    private readonly metrics: Metrics,
  ) {}

  /** Resolves once live presence holds what concerns it. */
  async take({ shopperId, placed, rejected, clocks }: PhoneReport): Promise<BatchAnswer> {
    const source: Source = 'phone';
    const { timely, late, future } = timed(placed.hearings, clocks);
    const recognised = await this.recognisers.recogniseOwn(shopperId, timely, clocks);
    const { sightings, noConsent, duplicate } = recognised;
    if (sightings.length > 0) {
      await this.sink.take(sightings);
      this.recognisers.held(recognised, clocks.receivedAt);
      this.notes.heardByPhone(sightings);
    }
    observeAges(this.metrics, source, [timely, late], clocks.receivedAt);
    count(this.metrics, source, {
      accepted: sightings.length,
      unknown: placed.unknown,
      no_consent: noConsent,
      duplicate,
      late: late.length,
      future: future.length,
      rejected: rejected.length + placed.refused.length,
    });
    return {
      accepted: timely.length + late.length + placed.unknown,
      rejected: [...rejected, ...placed.refused, ...future].sort((a, b) => a.index - b.index),
    };
  }
}
