import { Module } from '@nestjs/common';
import { StoresModule } from '../stores/index.js';
import { RecentLists } from './lists/recent-lists.service.js';
import { reportControllers, reportProviders } from './kpis/providers.js';
import { ReportReader } from './kpis/report-reader.js';
import { ReportScopes } from './kpis/report-scopes.service.js';
import { Histories } from './replenishment/histories.service.js';
import { HistoryRepository } from './replenishment/history.repository.js';
import { Population } from './replenishment/population.service.js';
import { ReplenishmentController } from './replenishment/replenishment.controller.js';
import { NeedsOfProducts } from './replenishment/product-needs.service.js';
import { RuleReads } from './rule-reads.service.js';
import { Replenishment } from './replenishment/replenishment.service.js';
import { AudienceController } from './segments/audience.controller.js';
import { SegmentsController } from './segments/segments.controller.js';
import { PastNeeds } from './shopper-view/past-needs.service.js';
import { PastViewsRepository } from './shopper-view/past-views.repository.js';
import { PastViews } from './shopper-view/past-views.service.js';
import { ShopperViews } from './shopper-view/shopper-views.service.js';
import { ViewsRepository } from './shopper-view/views.repository.js';
import { upkeepProviders } from './upkeep/providers.js';
import { RfmReportController } from './rfm/rfm-report.controller.js';
import { RfmReportRepository } from './rfm/rfm-report.repository.js';
import { CustomerValues } from './value/customer-value.service.js';
import { LifetimeValues } from './value/lifetime-values.service.js';
import { ValueEvents } from './value/value-events.js';
import { ValueModels } from './value/value-models.js';
import { NightlyRefit } from './refit/nightly-refit.js';
import { Refit } from './refit/refit.service.js';
import { ValueRepository } from './value/value.repository.js';

@Module({
  imports: [StoresModule],
  controllers: [
    ReplenishmentController,
    SegmentsController,
    AudienceController,
    RfmReportController,
    ...reportControllers,
  ],
  providers: [
    Histories,
    HistoryRepository,
    NightlyRefit,
    CustomerValues,
    LifetimeValues,
    RfmReportRepository,
    ValueEvents,
    ValueModels,
    ValueRepository,
    Refit,
    PastViews,
    PastNeeds,
    PastViewsRepository,
    Population,
    RecentLists,
    NeedsOfProducts,
    RuleReads,
    Replenishment,
    ShopperViews,
    ViewsRepository,
    ...reportProviders,
    ...upkeepProviders,
  ],
  exports: [
    CustomerValues,
    LifetimeValues,
    PastViews,
    Population,
    RuleReads,
    Refit,
    Replenishment,
    ReportReader,
    ReportScopes,
    ShopperViews,
  ],
})
export class InsightsModule {}
