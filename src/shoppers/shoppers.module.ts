import { Module } from '@nestjs/common';
import { ConsentModule } from '../consent/index.js';
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
import { Shoppers } from './profiles/shoppers.service.js';
import { PurchasesController } from './purchases/purchases.controller.js';
import { PurchasesRepository } from './purchases/purchases.repository.js';
import { Purchases } from './purchases/purchases.service.js';

@Module({
  imports: [ConsentModule],
  controllers: [ProfilesController, AppController, PurchasesController, InteractionsController],
  providers: [
    AppRepository,
    CarriedBeacons,
    CarriersRepository,
    CarriersStore,
    Interactions,
    InteractionsRepository,
    OwnDevices,
    OwnProfile,
    ProfilesRepository,
    PurchaseImport,
    Purchases,
    PurchasesRepository,
    Shoppers,
  ],
  exports: [CarriedBeacons, PurchaseImport, Purchases, Shoppers],
})
export class ShoppersModule {}
