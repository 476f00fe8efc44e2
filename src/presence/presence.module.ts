import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { ConsentModule } from '../consent/index.js';
import { OffersModule } from '../offers/index.js';
import { Lifecycle, Outbox, SETTINGS, type Settings } from '../platform/index.js';
import { ShoppersModule } from '../shoppers/index.js';
import { SightingsModule } from '../sightings/index.js';
import { StoresModule } from '../stores/index.js';
import { JournalRecovery } from './journal/journal-recovery.js';
import { Journal } from './journal/journal.service.js';
import { JournalStore } from './journal/journal.store.js';
import { RadioMapsRepository } from './location/radio-maps.repository.js';
import { RadioMaps } from './location/radio-maps.service.js';
import { PresenceCheckIns } from './check-ins.js';
import { PresenceChanges } from './presence-changes.js';
import { PresenceWriter } from './presence-writer.js';
import { PresenceDeparture } from './presence-departure.js';
import { PresenceTraces } from './presence-traces.store.js';
import { PresenceService } from './presence.service.js';
import { PresenceStore } from './presence.store.js';
import { PresenceSweep } from './presence.sweep.js';
import { Surroundings } from './surroundings.js';
import { Withdrawal } from './withdrawal.js';
import { MergedVisits } from './merged-visits.js';

@Module({
  imports: [ConsentModule, StoresModule, OffersModule, ShoppersModule, SightingsModule],
  providers: [
    RadioMaps,
    RadioMapsRepository,
    MergedVisits,
    Surroundings,
    PresenceStore,
    PresenceWriter,
    JournalStore,
    Journal,
    JournalRecovery,
    PresenceService,
    PresenceSweep,
    PresenceChanges,
    Withdrawal,
    PresenceCheckIns,
    PresenceDeparture,
    PresenceTraces,
  ],
  exports: [PresenceService, PresenceCheckIns, PresenceChanges],
})
export class PresenceModule implements OnModuleInit {
  constructor(
    private readonly sweep: PresenceSweep,
    private readonly withdrawal: Withdrawal,
    private readonly outbox: Outbox,
    private readonly lifecycle: Lifecycle,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('consent.withdrawn', (payload) => this.withdrawal.handle(payload));
    if (this.settings.role === 'api') return;
    this.lifecycle.onStart(() => this.sweep.start());
    this.lifecycle.onStop('work', () => this.sweep.stop());
  }
}
