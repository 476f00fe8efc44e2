import { Module } from '@nestjs/common';
import { Histories } from './replenishment/histories.service.js';
import { HistoryRepository } from './replenishment/history.repository.js';
import { NightlyRefit } from './replenishment/nightly-refit.js';
import { Population } from './replenishment/population.service.js';
import { ReplenishmentController } from './replenishment/replenishment.controller.js';
import { Replenishment } from './replenishment/replenishment.service.js';
import { ShopperViews } from './shopper-view/shopper-views.service.js';
import { ViewsRepository } from './shopper-view/views.repository.js';

@Module({
  controllers: [ReplenishmentController],
  providers: [
    Histories,
    HistoryRepository,
    NightlyRefit,
    Population,
    Replenishment,
    ShopperViews,
    ViewsRepository,
  ],
  exports: [Population, Replenishment, ShopperViews],
})
export class InsightsModule {}
