import { Module } from '@nestjs/common';
import { StoresModule } from '../stores/index.js';
import { CatalogueController } from './catalogue.controller.js';
import { CatalogueRepository } from './catalogue.repository.js';
import { Catalogue } from './catalogue.service.js';

@Module({
  imports: [StoresModule],
  controllers: [CatalogueController],
  providers: [CatalogueRepository, Catalogue],
  exports: [Catalogue],
})
export class CatalogueModule {}
