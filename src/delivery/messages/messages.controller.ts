import { Controller } from '@nestjs/common';
import { Handles, route, vocabulary, type Asked, type Page } from '../../platform/index.js';
import { ShopperLooks } from '../../access/index.js';
import { message, messageAnswer, messagePage, ofShopper, type Message } from './messages.dto.js';
import { Messages } from './messages.service.js';

const listOwn = route({
  method: 'GET',
  path: '/v1/me/messages',
  tag: 'app',
  summary: 'The conversation with the shop, newest first',
  allow: ['shopper'],
  query: vocabulary.page,
  answer: messagePage,
});
const writeOwn = route({
  method: 'POST',
  path: '/v1/me/messages',
  tag: 'app',
  summary: 'Write to the shop',
  allow: ['shopper'],
  body: message,
  status: 201,
  answer: messageAnswer,
});
const listOf = route({
  method: 'GET',
  path: '/v1/shoppers/{shopperId}/messages',
  tag: 'shoppers',
  summary: 'The conversation with a shopper, newest first',
  allow: ['service', 'admin'],
  ofChain: true,
  params: ofShopper,
  query: vocabulary.page,
  answer: messagePage,
});
const writeTo = route({
  method: 'POST',
  path: '/v1/shoppers/{shopperId}/messages',
  tag: 'shoppers',
  summary: 'Write to a shopper who consented to clienteling; on their open phones at once',
  allow: ['service', 'admin'],
  ofChain: true,
  params: ofShopper,
  body: message,
  status: 201,
  answer: messageAnswer,
});

@Controller()
export class MessagesController {
  constructor(
    private readonly messages: Messages,
    private readonly looks: ShopperLooks,
  ) {}

  @Handles(listOwn)
  listOwn({ principal, query }: Asked<typeof listOwn>): Promise<Page<Message>> {
    return this.messages.list(principal.shopperId, query);
  }

  @Handles(writeOwn)
  writeOwn({ principal, body }: Asked<typeof writeOwn>): Promise<Message> {
    return this.messages.fromShopper(principal.shopperId, body.text);
  }

  @Handles(listOf)
  listOf({ params: { shopperId }, query, principal }: Asked<typeof listOf>): Promise<Page<Message>> {
    return this.looks.at(principal, shopperId, () => this.messages.list(shopperId, query));
  }

  @Handles(writeTo)
  writeTo({ params, body, principal }: Asked<typeof writeTo>): Promise<Message> {
    return this.messages.fromShop(params.shopperId, body.text, principal);
  }
}
