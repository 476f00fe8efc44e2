import { Module } from '@nestjs/common';
import { ImportsModule } from '../imports/index.js';
import { StoresModule } from '../stores/index.js';
import { CatalogueController } from './catalogue.controller.js';
import { CatalogueRepository } from './catalogue.repository.js';
import { Catalogue } from './catalogue.service.js';
import { ProductImport } from './product-import.js';

@Module({
  imports: [ImportsModule, StoresModule],
  controllers: [CatalogueController],
  providers: [CatalogueRepository, Catalogue, ProductImport],
  exports: [Catalogue],
})
export class CatalogueModule {}
