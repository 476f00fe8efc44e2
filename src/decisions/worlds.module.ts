import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { OffersModule } from '../offers/index.js';
import { Responses } from './choosing/responses.service.js';
import { Worlds } from './worlds.js';

@Module({
  imports: [LimitsModule, OffersModule],
  providers: [Responses, Worlds],
  exports: [Worlds],
})
export class WorldsModule {}
