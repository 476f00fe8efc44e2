import { Module } from '@nestjs/common';
import { Histories } from './histories.service.js';
import { HistoryRepository } from './history.repository.js';
import { Population } from './population.service.js';
import { ReplenishmentController } from './replenishment.controller.js';
import { Replenishment } from './replenishment.service.js';
import { ShopperViews } from './shopper-views.service.js';
import { ViewsRepository } from './views.repository.js';

@Module({
  controllers: [ReplenishmentController],
  providers: [Histories, HistoryRepository, Population, Replenishment, ShopperViews, ViewsRepository],
  exports: [Population, Replenishment, ShopperViews],
})
export class InsightsModule {}
