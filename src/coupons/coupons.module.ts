import { Module } from '@nestjs/common';
import { CatalogueModule } from '../catalogue/index.js';
import { ShoppersModule } from '../shoppers/index.js';
import { CouponsController } from './coupons.controller.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import { Redemptions } from './redemptions.service.js';
import { MergedCoupons } from './merged-coupons.js';

@Module({
  imports: [CatalogueModule, ShoppersModule],
  controllers: [CouponsController],
  providers: [MergedCoupons, Redemptions, RedemptionsRepository],
})
export class CouponsModule {}
