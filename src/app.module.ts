import { Global, Module, type DynamicModule } from '@nestjs/common';
import { AccessModule, accessEntities } from './access/index.js';
import { CatalogueModule, catalogueFields } from './catalogue/index.js';
import { ConsentModule } from './consent/index.js';
import { CouponsModule } from './coupons/index.js';
import { ImportsModule } from './imports/index.js';
import { InsightsModule, insightFields } from './insights/index.js';
import { Journey } from './journey.js';
import { LimitsModule } from './limits/index.js';
import { MeasurementModule } from './measurement/index.js';
import { OffersModule, offersEntities } from './offers/index.js';
import { PlatformModule, type ConnectedSettings, type Log } from './platform/index.js';
import { PrivacyModule } from './privacy/index.js';
import { FIELD_REGISTRY, FieldRegistry } from './rules/index.js';
import { ShoppersModule, shopperFields } from './shoppers/index.js';
import { sightingFields } from './sightings/index.js';
import { StoresModule, storeFields, storesEntities } from './stores/index.js';
import { ViewsModule } from './views/index.js';
import { WebhooksModule } from './webhooks/index.js';

/** What a rule may ask about: each room says what it knows, this is where it is put together. */
export function fieldRegistry(): FieldRegistry {
  return new FieldRegistry(storeFields, catalogueFields, shopperFields, insightFields, sightingFields);
}

@Global()
@Module({
  providers: [
    {
      provide: FIELD_REGISTRY,
      useFactory: fieldRegistry,
    },
  ],
  exports: [FIELD_REGISTRY],
})
class FieldsModule {}

/** The house: every room, and the one place that knows them all. */
@Module({})
export class AppModule {
  static forRoot(settings: ConnectedSettings, log: Log): DynamicModule {
    const entities = [...accessEntities, ...storesEntities, ...offersEntities];
    return {
      module: AppModule,
      imports: [
        PlatformModule.forRoot({ settings, log, entities }),
        FieldsModule,
        AccessModule,
        ImportsModule,
        StoresModule,
        CatalogueModule,
        ConsentModule,
        ShoppersModule,
        InsightsModule,
        OffersModule,
        LimitsModule,
        CouponsModule,
        Journey,
        MeasurementModule,
        WebhooksModule,
        ViewsModule,
        PrivacyModule,
      ],
    };
  }
}
