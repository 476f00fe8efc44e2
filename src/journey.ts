import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { AssociatesModule, FloorNews } from './associates/index.js';
import { Decisions, DecisionsModule, OfferSink } from './decisions/index.js';
import { Deliveries, DeliveryModule } from './delivery/index.js';
import { PresenceChanges, PresenceCheckIns, PresenceModule, PresenceService } from './presence/index.js';
import {
  CheckInSink,
  RecordedCheckIns,
  RecordedSightings,
  Recorder,
  RecordingsModule,
  SightingSink,
  SightingsModule,
  ZoneMutes,
} from './sightings/index.js';

/**
 * Read first: the journey of a sighting to a phone. Each step is a room; a room knows those before it and hands on
 * through what it declares and the next one provides. This is the one place where they are joined.
 *
 * 1. `sightings/` A gateway posts, or a phone reports, what was heard. A decoder makes `Sighting`s of it; what nobody
 *    carries, nobody consented to, or is too old is counted and dropped. `SightingIntake`, `GatewayPayloads`.
 * 2. `presence/` `PresenceService.take` gathers what comes in while the last batch is being written, lets the pure
 *    `advance` work it into each shopper's state, and writes states and changes to Redis in one script a partition.
 * 3. `decisions/` A worker reads the changes. `Considering` finds the live offers that a change triggers and judges
 *    them against the shopper's view; `GroupCommit` grants under locks what caps and counters let through.
 * 4. `delivery/` After the commit the offer goes to the shopper's sockets; what is not acknowledged is driven again.
 * 5. `coupons/` The till redeems its code, exactly once.
 *
 * Beside it, `associates/` shows those who consented to it on the tablets of the shop floor.
 */
@Global()
@Module({
  imports: [
    SightingsModule,
    RecordingsModule,
    PresenceModule,
    DecisionsModule,
    DeliveryModule,
    AssociatesModule,
  ],
  providers: [
    // 1 → 2: answered with 202 once live presence holds them. While a store is recorded, a copy goes on the tape.
    {
      provide: SightingSink,
      inject: [PresenceService, Recorder],
      useFactory: (presence: PresenceService, recorder: Recorder) =>
        new RecordedSightings(presence, recorder),
    },
    {
      provide: CheckInSink,
      inject: [PresenceCheckIns, Recorder],
      useFactory: (presence: PresenceCheckIns, recorder: Recorder) =>
        new RecordedCheckIns(presence, recorder),
    },
    // 3 → 4: committed first, then told.
    { provide: OfferSink, useExisting: Deliveries },
  ],
  exports: [SightingSink, CheckInSink, OfferSink],
})
export class Journey implements OnModuleInit {
  constructor(
    private readonly changes: PresenceChanges,
    private readonly decisions: Decisions,
    private readonly mutes: ZoneMutes,
    private readonly floor: FloorNews,
  ) {}

  /** 2 → 3: through the change streams, so that any worker may decide what any process has sensed. */
  onModuleInit(): void {
    this.changes.read(async (changes) => {
      await this.decisions.take(changes);
      this.floor.tell(changes);
      // 2 → 1: a zone that is left again and again is muted, for one visit or for all.
      this.mutes.note(
        changes.filter((change) => change.kind === 'zoneEntered' || change.kind === 'zoneExited'),
      );
    });
  }
}
