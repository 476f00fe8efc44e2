import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/index.js';
import { ShoppersModule } from '../shoppers/index.js';
import { ErasurePass, ErasureWorker } from './erasure/erasure.worker.js';
import { ErasuresController } from './erasure/erasures.controller.js';
import { ErasuresRepository } from './erasure/erasures.repository.js';
import { ErasureAnnouncements, Erasures } from './erasure/erasures.service.js';
import { Reapply } from './erasure/reapply.js';
import { SealedPersons } from './erasure/person.js';
import { TableErasure } from './erasure/table-erasure.js';
import { ExportsController } from './export/exports.controller.js';
import { Exports } from './export/exports.service.js';
import { PrivacyGauges } from './privacy-gauges.js';
import { Retention } from './retention/retention.js';
import { RetentionRepository } from './retention/retention.repository.js';

@Module({
  imports: [ShoppersModule, PresenceModule],
  controllers: [ErasuresController, ExportsController],
  providers: [
    ErasureAnnouncements,
    ErasurePass,
    Erasures,
    ErasuresRepository,
    ErasureWorker,
    Exports,
    PrivacyGauges,
    Reapply,
    Retention,
    RetentionRepository,
    SealedPersons,
    TableErasure,
  ],
})
export class PrivacyModule {}
