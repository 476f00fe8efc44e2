import { Module } from '@nestjs/common';
import { StoreDocuments } from './documents.service.js';
import { StoresController } from './stores.controller.js';
import { StoresRepository } from './stores.repository.js';
import { Stores } from './stores.service.js';

@Module({
  controllers: [StoresController],
  providers: [StoresRepository, StoreDocuments, Stores],
  exports: [Stores, StoreDocuments],
})
export class StoresModule {}
