import { Injectable } from '@nestjs/common';
import { Consents } from '../../consent/index.js';
import { Clock, conflict, decodeCursor, notFound, pageFrom, parse, type Page } from '../../platform/index.js';
import { principalName, toRfc3339, type Principal, type ShopperId } from '../../shared/index.js';
import { Shoppers } from '../../shoppers/index.js';
import { MessageBell } from './message-bell.js';
import { message, type Message } from './messages.dto.js';
import { MessagesRepository, type StoredMessage } from './messages.repository.js';

interface Paging {
  limit: number;
  cursor?: string | undefined;
}

/** Shoppers and the shop talk. Kept until the shopper goes; what the shop writes is on open phones at once. */
@Injectable()
export class Messages {
  constructor(
    private readonly repository: MessagesRepository,
    private readonly shoppers: Shoppers,
    private readonly consents: Consents,
    private readonly bell: MessageBell,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 for a token of somebody whom the shop does not know (any more) */
  async fromShopper(shopperId: ShopperId, text: string): Promise<Message> {
    await this.#require(shopperId);
    return this.#add(shopperId, text, null);
  }

  /**
   * @param body as it came by socket, unchecked
   * @throws Problem 400, 404
   */
  fromSocket(shopperId: ShopperId, body: unknown): Promise<Message> {
    return this.fromShopper(shopperId, parse(message, body).text);
  }

  /**
   * To shoppers who consented to be known to the shop's people.
   *
   * @throws Problem 404 for no such shopper, 409 `no-consent`
   */
  async fromShop(shopperId: ShopperId, text: string, principal: Principal): Promise<Message> {
    await this.#require(shopperId);
    const consents = await this.consents.of([shopperId]);
    if (consents.get(shopperId)?.clienteling !== true) {
      throw conflict('no-consent', 'The shopper has not consented to clienteling.');
    }
    return this.#add(shopperId, text, principalName(principal));
  }

  /** Newest first. */
  async list(shopperId: ShopperId, { limit, cursor }: Paging): Promise<Page<Message>> {
    await this.#require(shopperId);
    const after = decodeCursor(cursor, 2);
    const place = after && { at: Number(after[0]), messageId: String(after[1]) };
    const rows = await this.repository.list(shopperId, place, limit + 1);
    return pageFrom(rows, limit, ({ at, messageId }) => [at, messageId], shown);
  }

  async #add(shopperId: ShopperId, text: string, author: string | null): Promise<Message> {
    const written = { messageId: this.clock.newId(), author, text, at: this.clock.now() };
    await this.repository.add(shopperId, written);
    const kept = shown(written);
    this.bell.ring(shopperId, kept);
    return kept;
  }

  async #require(shopperId: ShopperId): Promise<void> {
    if (!(await this.shoppers.exists([shopperId])).has(shopperId)) throw notFound('shopper');
  }
}

/** Who wrote for the shop is for the audit, not for the app. */
function shown({ messageId, author, text, at }: StoredMessage): Message {
  return { messageId, from: author === null ? 'shopper' : 'shop', text, at: toRfc3339(at) };
}
