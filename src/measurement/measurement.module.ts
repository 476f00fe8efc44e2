import { Module } from '@nestjs/common';
import { InsightsModule } from '../insights/index.js';
import { FunnelController } from './funnel/funnel.controller.js';
import { FunnelRepository } from './funnel/funnel.repository.js';
import { FunnelReport } from './funnel/funnel.service.js';
import { LatencyController } from './latency/latency.controller.js';
import { LatencyRepository } from './latency/latency.repository.js';
import { Latency } from './latency/latency.service.js';
import { LiftController } from './lift/lift.controller.js';
import { LiftRepository } from './lift/lift.repository.js';
import { LiftReport } from './lift/lift.service.js';
import { OffersReportController } from './offers-report.controller.js';
import { OffersReportRepository } from './offers-report.repository.js';
import { OffersReport } from './offers-report.service.js';

@Module({
  imports: [InsightsModule],
  controllers: [FunnelController, LatencyController, LiftController, OffersReportController],
  providers: [
    FunnelReport,
    FunnelRepository,
    Latency,
    LatencyRepository,
    LiftReport,
    LiftRepository,
    OffersReport,
    OffersReportRepository,
  ],
})
export class MeasurementModule {}
