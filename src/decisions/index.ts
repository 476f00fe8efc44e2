export { DecisionsModule } from './decisions.module.js';
export { Decisions } from './decisions.service.js';
export { OfferSink, type GrantedOffer } from './offer-sink.js';
export type { OfferForApp } from './offer.writer.js';
