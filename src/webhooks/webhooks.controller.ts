import { Controller } from '@nestjs/common';
import { Handles, type Asked, type Page } from '../platform/index.js';
import { createWebhook, listDeliveries, listWebhooks, redrive, removeWebhook } from './webhook.dto.js';
import { Webhooks } from './webhooks.service.js';

@Controller()
export class WebhooksController {
  constructor(private readonly webhooks: Webhooks) {}

  @Handles(listWebhooks)
  list(_asked: Asked<typeof listWebhooks>): Promise<Page<object>> {
    return this.webhooks.list();
  }

  @Handles(createWebhook)
  create({ body, principal }: Asked<typeof createWebhook>): Promise<object> {
    return this.webhooks.create(body, principal);
  }

  @Handles(removeWebhook)
  remove({ params, principal }: Asked<typeof removeWebhook>): Promise<void> {
    return this.webhooks.remove(params.webhookId, principal);
  }

  @Handles(listDeliveries)
  listDeliveries({ params, query }: Asked<typeof listDeliveries>): Promise<Page<object>> {
    return this.webhooks.listDeliveries(params.webhookId, query);
  }

  @Handles(redrive)
  redrive({ params, body, principal }: Asked<typeof redrive>): Promise<object> {
    return this.webhooks.redrive(params.webhookId, body?.eventIds, principal);
  }
}
