import { Module } from '@nestjs/common';
import { ImportsModule } from '../imports/index.js';
import { ConsentImport } from './consent-import.js';
import { ConsentController } from './consent.controller.js';
import { ConsentRepository } from './consent.repository.js';
import { Consents } from './consent.service.js';
import { OwnConsentController } from './own-consent.controller.js';

@Module({
  controllers: [ConsentController, OwnConsentController],
  imports: [ImportsModule],
  providers: [ConsentImport, Consents, ConsentRepository],
  exports: [Consents],
})
export class ConsentModule {}
