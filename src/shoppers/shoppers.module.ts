import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { ConsentModule } from '../consent/index.js';
import { ImportsModule } from '../imports/index.js';
import { Lifecycle, SETTINGS, type Settings } from '../platform/index.js';
import { AppController } from './app/app.controller.js';
import { AppRepository } from './app/app.repository.js';
import { OwnDevices, OwnProfile } from './app/app.service.js';
import { CarriedBeacons } from './carried/carried-beacons.js';
import { CarriersRepository } from './carried/carriers.repository.js';
import { CarriersStore } from './carried/carriers.store.js';
import { PurchaseImport } from './import/purchase-import.js';
import { InteractionsController } from './interactions/interactions.controller.js';
import { InteractionsRepository } from './interactions/interactions.repository.js';
import { Interactions } from './interactions/interactions.service.js';
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
  controllers: [ProfilesController, AppController, PurchasesController, InteractionsController],
  providers: [
    AppRepository,
    BeaconClocks,
    CarriedBeacons,
    CarriersRepository,
    CarriersStore,
    EidTable,
    EidTableStore,
    IdentitiesRepository,
    Interactions,
    InteractionsRepository,
    OwnDevices,
    OwnProfile,
    ProfilesRepository,
    PurchaseImport,
    Purchases,
    PurchasesRepository,
    Recognition,
    RotatingIdentities,
    ShopperImport,
    Shoppers,
    TableRound,
    WiderSearch,
  ],
  exports: [CarriedBeacons, Purchases, Recognition, Shoppers],
})
export class ShoppersModule implements OnModuleInit {
  constructor(
    private readonly round: TableRound,
    private readonly lifecycle: Lifecycle,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    this.lifecycle.onStart(() => this.round.start());
    this.lifecycle.onStop('work', () => this.round.stop());
  }
}
