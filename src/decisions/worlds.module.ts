import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/index.js';
import { OffersModule } from '../offers/index.js';
import { SightingsModule } from '../sightings/index.js';
import { Responses } from './choosing/responses.service.js';
import { Worlds } from './worlds.js';

@Module({
  imports: [LimitsModule, OffersModule, SightingsModule],
  providers: [Responses, Worlds],
  exports: [Worlds],
})
export class WorldsModule {}
