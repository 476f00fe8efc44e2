import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { ConsentModule } from '../consent/index.js';
import { ImportsModule } from '../imports/index.js';
import { Housekeeping, Lifecycle, SETTINGS, type Settings } from '../platform/index.js';
import { AppController } from './app/app.controller.js';
import { AppRepository } from './app/app.repository.js';
import { OwnDevices, OwnProfile } from './app/app.service.js';
import { CarriedBeacons } from './carried/carried-beacons.js';
import { CarriersRepository } from './carried/carriers.repository.js';
import { CarriersStore } from './carried/carriers.store.js';
import { CarriersDeparture } from './departures/carriers-departure.js';
import { Departures } from './departures/departures.js';
import { PurchaseImport } from './import/purchase-import.js';
import { InteractionsController } from './interactions/interactions.controller.js';
import { InteractionsRepository } from './interactions/interactions.repository.js';
import { Interactions } from './interactions/interactions.service.js';
import { LoyaltyController } from './loyalty/loyalty.controller.js';
import { LoyaltyEvents } from './loyalty/loyalty-events.js';
import { LoyaltyRepository } from './loyalty/loyalty.repository.js';
import { Loyalty } from './loyalty/loyalty.service.js';
import { LoyaltyProgramme } from './loyalty/programme.service.js';
import { MergeController } from './merge/merge.controller.js';
import { MergeRepository } from './merge/merge.repository.js';
import { Merges } from './merge/merges.js';
import { OwnRows } from './merge/own-rows.js';
import { MergeAnnouncements } from './merge/merge-announcements.js';
import { ShopperMerge } from './merge/shopper-merge.service.js';
import { ProfilesController } from './profiles/profiles.controller.js';
import { ProfilesRepository } from './profiles/profiles.repository.js';
import { ShopperImport } from './profiles/shopper-import.js';
import { Shoppers } from './profiles/shoppers.service.js';
import { PurchasesController } from './purchases/purchases.controller.js';
import { PurchasesRepository } from './purchases/purchases.repository.js';
import { Purchases } from './purchases/purchases.service.js';
import { Recognition } from './recognition.js';
import { BeaconClocks } from './rotating/beacon-clocks.js';
import { EidTable } from './rotating/eid-table.js';
import { EidTableStore } from './rotating/eid-table.store.js';
import { IdentitiesRepository } from './rotating/identities.repository.js';
import { RotatingIdentities } from './rotating/rotating-identities.js';
import { TableRound } from './rotating/table-round.js';
import { WiderSearch } from './rotating/wider-search.js';

@Module({
  imports: [ConsentModule, ImportsModule],
  controllers: [
    ProfilesController,
    AppController,
    PurchasesController,
    InteractionsController,
    MergeController,
    LoyaltyController,
  ],
  providers: [
    AppRepository,
    BeaconClocks,
    CarriedBeacons,
    CarriersDeparture,
    CarriersRepository,
    CarriersStore,
    Departures,
    EidTable,
    EidTableStore,
    IdentitiesRepository,
    Interactions,
    InteractionsRepository,
    Loyalty,
    LoyaltyEvents,
    LoyaltyProgramme,
    LoyaltyRepository,
    MergeAnnouncements,
    MergeRepository,
    Merges,
    OwnDevices,
    OwnProfile,
    OwnRows,
    ProfilesRepository,
    PurchaseImport,
    Purchases,
    PurchasesRepository,
    Recognition,
    RotatingIdentities,
    ShopperImport,
    ShopperMerge,
    Shoppers,
    TableRound,
    WiderSearch,
  ],
  exports: [CarriedBeacons, Departures, Merges, Purchases, Recognition, Shoppers],
})
export class ShoppersModule implements OnModuleInit {
  constructor(
    private readonly round: TableRound,
    private readonly devices: OwnDevices,
    private readonly lifecycle: Lifecycle,
    private readonly housekeeping: Housekeeping,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    this.lifecycle.onStart(() => this.round.start());
    this.lifecycle.onStop('work', () => this.round.stop());
    this.housekeeping.onTidy(() => this.devices.tidy());
  }
}
