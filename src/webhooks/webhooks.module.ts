import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Housekeeping, Lifecycle, SETTINGS, type Settings } from '../platform/index.js';
import { Happenings } from './happenings.repository.js';
import { WebhookSender } from './sender.js';
import { WebhookAttempts } from './webhook-attempts.js';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhookLedger } from './webhook-ledger.js';
import { WebhookRounds } from './webhook-rounds.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';
import { Webhooks } from './webhooks.service.js';

@Module({
  controllers: [WebhooksController],
  providers: [
    Happenings,
    WebhookAttempts,
    WebhookDeliveriesRepository,
    WebhookLedger,
    WebhookRounds,
    Webhooks,
    WebhookSender,
    WebhooksRepository,
  ],
})
export class WebhooksModule implements OnModuleInit {
  constructor(
    private readonly rounds: WebhookRounds,
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly lifecycle: Lifecycle,
    private readonly housekeeping: Housekeeping,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    if (this.settings.role === 'api') return;
    this.housekeeping.onTidy(() => this.deliveries.tidy());
    this.lifecycle.onStart(() => this.rounds.start());
    this.lifecycle.onStop('work', () => this.rounds.stop());
  }
}
