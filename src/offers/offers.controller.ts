import { Controller, Inject } from '@nestjs/common';
import { Answer, Clock, etagOf, Handles, type Asked, type Page } from '../platform/index.js';
import { FIELD_REGISTRY, FieldRegistry } from '../rules/index.js';
import { latestOf, liveOf, type Kept } from './offer-change.rules.js';
import { offerAnswerOf, warningsAbout } from './offer.dto.js';
import { OfferLists } from './offer-lists.service.js';
import * as routes from './offers.routes.js';
import { Offers } from './offers.service.js';
import type { ShownOffer } from './revisions.rules.js';

@Controller()
export class OffersController {
  constructor(
    private readonly offers: Offers,
    private readonly lists: OfferLists,
    private readonly clock: Clock,
    @Inject(FIELD_REGISTRY) private readonly fields: FieldRegistry,
  ) {}

  @Handles(routes.createOffer)
  async create({ body, principal }: Asked<typeof routes.createOffer>): Promise<Answer> {
    const kept = await this.offers.create(body, principal);
    return this.#answer(shownOf(kept), { location: `/v1/offers/${kept.offer.offerId}` });
  }

  @Handles(routes.listOffers)
  list({ query, principal }: Asked<typeof routes.listOffers>): Promise<Page<Record<string, unknown>>> {
    return this.lists.page(query, principal);
  }

  @Handles(routes.getOffer)
  async get({ params, principal }: Asked<typeof routes.getOffer>): Promise<Answer> {
    return this.#answer(await this.lists.one(params.offerId, principal));
  }

  @Handles(routes.patchOffer)
  async patch({ params, body, ...asker }: Asked<typeof routes.patchOffer>): Promise<Answer> {
    return this.#answer(shownOf(await this.offers.edit(params.offerId, body, asker)));
  }

  @Handles(routes.listRevisions)
  revisions(asked: Asked<typeof routes.listRevisions>): Promise<Page<Record<string, unknown>>> {
    return this.lists.revisions(asked.params.offerId, asked.query, asked.principal);
  }

  @Handles(routes.submitOffer)
  async submit({ params, ...asker }: Asked<typeof routes.submitOffer>): Promise<Answer> {
    return this.#answer(shownOf(await this.offers.submit(params.offerId, asker)));
  }

  @Handles(routes.approveOffer)
  async approve({ params, body, ...asker }: Asked<typeof routes.approveOffer>): Promise<Answer> {
    return this.#answer(shownOf(await this.offers.approve(params.offerId, body?.comment, asker)));
  }

  @Handles(routes.rejectOffer)
  async reject({ params, body, ...asker }: Asked<typeof routes.rejectOffer>): Promise<Answer> {
    return this.#answer(shownOf(await this.offers.reject(params.offerId, body?.comment, asker)));
  }

  @Handles(routes.pauseOffer)
  async pause({ params, ...asker }: Asked<typeof routes.pauseOffer>): Promise<Answer> {
    return this.#answer(shownOf(await this.offers.switch('pause', params.offerId, asker)));
  }

  @Handles(routes.resumeOffer)
  async resume({ params, ...asker }: Asked<typeof routes.resumeOffer>): Promise<Answer> {
    return this.#answer(shownOf(await this.offers.switch('resume', params.offerId, asker)));
  }

  @Handles(routes.archiveOffer)
  async archive({ params, ...asker }: Asked<typeof routes.archiveOffer>): Promise<Answer> {
    return this.#answer(shownOf(await this.offers.switch('archive', params.offerId, asker)));
  }

  @Handles(routes.rollbackOffer)
  async rollback({ params, body, ...asker }: Asked<typeof routes.rollbackOffer>): Promise<Answer> {
    return this.#answer(shownOf(await this.offers.rollback(params.offerId, body?.revision, asker)));
  }

  #answer(shown: ShownOffer, headers: Record<string, string> = {}): Answer {
    const body = { ...offerAnswerOf(shown, this.clock.now()), ...warningsAbout(shown, this.fields) };
    return new Answer(body, {
      headers: { etag: etagOf(shown.offer.version), ...headers },
    });
  }
}

function shownOf(kept: Kept): ShownOffer {
  return { offer: kept.offer, latest: latestOf(kept), live: liveOf(kept) };
}
