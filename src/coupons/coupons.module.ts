import { Module } from '@nestjs/common';
import { CatalogueModule } from '../catalogue/index.js';
import { CouponsController } from './coupons.controller.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import { Redemptions } from './redemptions.service.js';

@Module({
  imports: [CatalogueModule],
  controllers: [CouponsController],
  providers: [Redemptions, RedemptionsRepository],
})
export class CouponsModule {}
