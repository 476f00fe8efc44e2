import { Module } from '@nestjs/common';
import { ConsentController } from './consent.controller.js';
import { ConsentRepository } from './consent.repository.js';
import { Consents } from './consent.service.js';
import { OwnConsentController } from './own-consent.controller.js';

@Module({
  controllers: [ConsentController, OwnConsentController],
  providers: [Consents, ConsentRepository],
  exports: [Consents],
})
export class ConsentModule {}
