import { Injectable } from '@nestjs/common';
import { Bus } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { Phones } from '../sockets/phones.js';
import type { Message } from './messages.dto.js';

/** Tells those who are there of a message that is kept: open phones of what the shop wrote, the shop floor of both. */
@Injectable()
export class MessageBell {
  constructor(
    private readonly phones: Phones,
    private readonly bus: Bus,
  ) {}

  ring(shopperId: ShopperId, written: Message): void {
    if (written.from === 'shop') this.phones.message(shopperId, written);
    this.bus.emit('floor.changed', { visits: [{ shopperId }] });
  }
}
