import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { CatalogueModule } from '../catalogue/index.js';
import { Housekeeping, Lifecycle, SETTINGS, type Settings } from '../platform/index.js';
import { ShoppersModule } from '../shoppers/index.js';
import { CouponSweep } from './coupon-sweep.js';
import { CouponsController } from './coupons.controller.js';
import { HoldsRepository } from './holds.repository.js';
import { Holds } from './holds.service.js';
import { MergedCoupons } from './merged-coupons.js';
import { PresentedCoupons } from './presented-coupons.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import { RedemptionSteps } from './redemption-steps.js';
import { Redemptions } from './redemptions.service.js';
import { ReturnedCoupons } from './returned-coupons.js';
import { Reversals } from './reversals.service.js';

@Module({
  imports: [CatalogueModule, ShoppersModule],
  controllers: [CouponsController],
  providers: [
    CouponSweep,
    Holds,
    HoldsRepository,
    MergedCoupons,
    PresentedCoupons,
    Redemptions,
    RedemptionsRepository,
    RedemptionSteps,
    ReturnedCoupons,
    Reversals,
  ],
})
export class CouponsModule implements OnModuleInit {
  constructor(
    private readonly sweep: CouponSweep,
    private readonly holds: Holds,
    private readonly lifecycle: Lifecycle,
    private readonly housekeeping: Housekeeping,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    this.lifecycle.onStart(() => this.sweep.start());
    this.lifecycle.onStop('work', () => this.sweep.stop());
    this.housekeeping.onTidy(() => this.holds.tidy());
  }
}
