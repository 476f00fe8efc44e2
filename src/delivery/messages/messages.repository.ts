import { Injectable } from '@nestjs/common';
import { Database, timestamp } from '../../platform/index.js';
import type { Instant, ShopperId } from '../../shared/index.js';

export interface StoredMessage {
  messageId: string;
  /** Null: the shopper. */
  author: string | null;
  text: string;
  at: Instant;
}

/** The conversation of each shopper with the shop. */
@Injectable()
export class MessagesRepository {
  constructor(private readonly database: Database) {}

  async add(shopperId: ShopperId, { messageId, author, text, at }: StoredMessage): Promise<void> {
    await this.database.run(
      'INSERT INTO messages (message_id, shopper_id, author, text, at) VALUES ($1, $2, $3, $4, $5)',
      [messageId, shopperId, author, text, timestamp(at)],
    );
  }

  /** Newest first, after a place in that order. */
  list(
    shopperId: ShopperId,
    after: { at: Instant; messageId: string } | undefined,
    limit: number,
  ): Promise<StoredMessage[]> {
    return this.database.query<StoredMessage>(
      `SELECT message_id AS "messageId", author, text, at FROM messages
       WHERE shopper_id = $1 AND ($2::timestamptz IS NULL OR (at, message_id) < ($2, $3::uuid))
       ORDER BY at DESC, message_id DESC LIMIT $4`,
      [shopperId, after === undefined ? null : timestamp(after.at), after?.messageId ?? null, limit],
    );
  }
}
