import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/index.js';
import type { Instant, PrincipalOf } from '../../shared/index.js';
import { Looks } from '../looks.service.js';
import { FloorVisits } from '../visits/floor-visits.service.js';
import { CardFactsReader } from './card-facts.js';
import type { Card } from './card.dto.js';
import { cardOf } from './card.rules.js';

/** What to know and say. */
@Injectable()
export class Cards {
  constructor(
    private readonly visits: FloorVisits,
    private readonly looks: Looks,
    private readonly facts: CardFactsReader,
  ) {}

  /**
   * The card of a visit, of which the audit log tells who had it.
   *
   * @throws Problem 404 for a visit that may not be seen (any more), 429
   */
  async show(visitAlias: string, associate: PrincipalOf<'staff'>, now: Instant): Promise<Card> {
    const visit = await this.visits.find(visitAlias, associate, now);
    await this.looks.atShopper(associate, visit.shopperId);
    const facts = await this.facts.of(visit, now);
    if (facts === undefined) throw notFound('visit');
    return cardOf(facts, now);
  }
}
