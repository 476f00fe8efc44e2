import { Module } from '@nestjs/common';
import { InsightsModule } from '../insights/index.js';
import { OffersReportController } from './offers-report.controller.js';
import { OffersReportRepository } from './offers-report.repository.js';
import { OffersReport } from './offers-report.service.js';

@Module({
  imports: [InsightsModule],
  controllers: [OffersReportController],
  providers: [OffersReport, OffersReportRepository],
})
export class MeasurementModule {}
