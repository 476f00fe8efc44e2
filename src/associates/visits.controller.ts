import { Controller } from '@nestjs/common';
import { message, messageAnswer, Messages, type Message } from '../delivery/index.js';
import { Handles, route, type Asked } from '../platform/index.js';
import { card, type Card } from './card/card.dto.js';
import { Cards } from './card/cards.service.js';
import { Claims } from './claims/claims.service.js';
import { Notes } from './notes/notes.service.js';
import { FloorVisits } from './visits/floor-visits.service.js';
import { claimAnswer, note, noteAnswer, ofVisit, type ClaimAnswer, type Note } from './visits.dto.js';

const tag = 'shop floor';
const allow = ['associate', 'admin'] as const;

const showCard = route({
  method: 'GET',
  path: '/v1/visits/{visitAlias}/card',
  tag,
  summary: 'What to know and say of a shopper who is in the store; on record as a view of the shopper',
  allow,
  params: ofVisit,
  answer: card,
});
const claim = route({
  method: 'POST',
  path: '/v1/visits/{visitAlias}/claim',
  tag,
  summary: 'Serve the shopper: one associate a visit. 409 `already-claimed` names who does',
  allow,
  params: ofVisit,
  answer: claimAnswer,
});
const release = route({
  method: 'DELETE',
  path: '/v1/visits/{visitAlias}/claim',
  tag,
  summary: 'Serve the shopper no longer; the end of the visit does so by itself',
  allow,
  params: ofVisit,
  status: 204,
});
const writeNote = route({
  method: 'POST',
  path: '/v1/visits/{visitAlias}/notes',
  tag,
  summary: 'Write down what helps to serve the shopper next time; kept with the shopper',
  allow,
  params: ofVisit,
  body: note,
  status: 201,
  answer: noteAnswer,
});
const writeMessage = route({
  method: 'POST',
  path: '/v1/visits/{visitAlias}/messages',
  tag,
  summary: 'Write to the shopper; on their open phones at once',
  allow,
  params: ofVisit,
  body: message,
  status: 201,
  answer: messageAnswer,
});

@Controller()
export class VisitsController {
  constructor(
    private readonly visits: FloorVisits,
    private readonly cards: Cards,
    private readonly claims: Claims,
    private readonly notes: Notes,
    private readonly messages: Messages,
  ) {}

  @Handles(showCard)
  card({ params, principal, receivedAt }: Asked<typeof showCard>): Promise<Card> {
    return this.cards.show(params.visitAlias, principal, receivedAt);
  }

  @Handles(claim)
  async claim({ params, principal, receivedAt }: Asked<typeof claim>): Promise<ClaimAnswer> {
    const visit = await this.visits.find(params.visitAlias, principal, receivedAt);
    return this.claims.claim(visit, principal, receivedAt);
  }

  @Handles(release)
  async release({ params, principal, receivedAt }: Asked<typeof release>): Promise<void> {
    const visit = await this.visits.find(params.visitAlias, principal, receivedAt);
    await this.claims.release(visit, principal);
  }

  @Handles(writeNote)
  async note({ params, body, principal, receivedAt }: Asked<typeof writeNote>): Promise<Note> {
    const visit = await this.visits.find(params.visitAlias, principal, receivedAt);
    return this.notes.write(visit, body.text, principal, receivedAt);
  }

  @Handles(writeMessage)
  async message({ params, body, principal, receivedAt }: Asked<typeof writeMessage>): Promise<Message> {
    const { shopperId } = await this.visits.find(params.visitAlias, principal, receivedAt);
    return this.messages.fromShop(shopperId, body.text, principal);
  }
}
