import { Controller } from '@nestjs/common';
import { Handles, route, sortBulk, type Asked, type Rejection } from '../../platform/index.js';
import { bulkAnswer } from '../profiles/profile.dto.js';
import { interaction } from './interaction.dto.js';
import { Interactions } from './interactions.service.js';

const bulk = route({
  method: 'POST',
  path: '/v1/interactions',
  tag: 'shoppers',
  summary: 'Record what shoppers did besides buying',
  allow: ['service', 'admin'],
  ofChain: true,
  bulkOf: interaction,
  answer: bulkAnswer,
});

/** Interactions as the back office reports them. */
@Controller()
export class InteractionsController {
  constructor(private readonly interactions: Interactions) {}

  @Handles(bulk)
  bulk({ body, receivedAt }: Asked<typeof bulk>): Promise<{ accepted: number; rejected: Rejection[] }> {
    return this.interactions.record(sortBulk(interaction, body), receivedAt);
  }
}
