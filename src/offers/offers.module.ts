import { Module } from '@nestjs/common';
import { CatalogueModule } from '../catalogue/index.js';
import { LiveOffers } from './live-offers.js';
import { OfferAnnouncements } from './offer-announcements.js';
import { OfferLists } from './offer-lists.service.js';
import { OffersController } from './offers.controller.js';
import { OffersLedger } from './offers.ledger.js';
import { OffersRepository } from './offers.repository.js';
import { Offers } from './offers.service.js';
import { RuleFieldsController } from './rule-fields.controller.js';

@Module({
  imports: [CatalogueModule],
  controllers: [OffersController, RuleFieldsController],
  providers: [OffersRepository, OfferAnnouncements, OffersLedger, Offers, OfferLists, LiveOffers],
  exports: [LiveOffers, OfferLists],
})
export class OffersModule {}
