import { Module } from '@nestjs/common';
import { InsightsModule } from '../insights/index.js';
import { CustomerViewController } from './customer-view.controller.js';
import { CustomerViewRepository } from './customer-view.repository.js';
import { CustomerViews } from './customer-views.service.js';

@Module({
  imports: [InsightsModule],
  controllers: [CustomerViewController],
  providers: [CustomerViews, CustomerViewRepository],
})
export class ViewsModule {}
