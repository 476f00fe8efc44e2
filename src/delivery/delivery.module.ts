import { Module, type OnModuleInit } from '@nestjs/common';
import { Lifecycle } from '../platform/index.js';
import { ConsentModule } from '../consent/index.js';
import { DecisionsModule } from '../decisions/index.js';
import { InsightsModule } from '../insights/index.js';
import { ShoppersModule } from '../shoppers/index.js';
import { SightingsModule } from '../sightings/index.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { Deliveries } from './deliveries.service.js';
import { DeliveryEvents } from './delivery-events.js';
import { EndedOffers } from './ended-offers.js';
import { FeedbackController } from './feedback/feedback.controller.js';
import { FeedbackRepository } from './feedback/feedback.repository.js';
import { FeedbackBook } from './feedback/feedback.service.js';
import { Greeting } from './greeting.js';
import { MergedDeliveries } from './merged-deliveries.js';
import { MessageBell } from './messages/message-bell.js';
import { MessagesController } from './messages/messages.controller.js';
import { MessagesRepository } from './messages/messages.repository.js';
import { Messages } from './messages/messages.service.js';
import { PushModule } from './push/push.module.js';
import { Receipts } from './receipts.js';
import { Redrive } from './redrive.js';
import { Doorkeeper } from './sockets/doorkeeper.js';
import { Phones } from './sockets/phones.js';
import { ShopperRequests } from './sockets/shopper-requests.js';
import { ShopperGateway } from './sockets/shopper.gateway.js';
import { SocketDeparture } from './sockets/socket-departure.js';
import { SocketServer } from './sockets/socket-server.js';
import { Stages } from './stages.js';
import { TestSendsController } from './test-sends/test-sends.controller.js';
import { TestSendsRepository } from './test-sends/test-sends.repository.js';
import { TestSends } from './test-sends/test-sends.service.js';
import { OfferEvents } from './wallet/offer-events.service.js';
import { WalletController } from './wallet/wallet.controller.js';
import { WalletRepository } from './wallet/wallet.repository.js';
import { Wallet } from './wallet/wallet.service.js';
import { Withdrawals } from './withdrawals.service.js';

@Module({
  imports: [ConsentModule, DecisionsModule, InsightsModule, ShoppersModule, SightingsModule, PushModule],
  controllers: [FeedbackController, MessagesController, TestSendsController, WalletController],
  providers: [
    Deliveries,
    DeliveriesRepository,
    DeliveryEvents,
    Doorkeeper,
    EndedOffers,
    FeedbackBook,
    FeedbackRepository,
    Greeting,
    MergedDeliveries,
    MessageBell,
    Messages,
    MessagesRepository,
    OfferEvents,
    Phones,
    Receipts,
    Redrive,
    ShopperGateway,
    ShopperRequests,
    SocketDeparture,
    SocketServer,
    Stages,
    TestSends,
    TestSendsRepository,
    Wallet,
    WalletRepository,
    Withdrawals,
  ],
  exports: [Deliveries, Messages, SocketServer],
})
export class DeliveryModule implements OnModuleInit {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly sockets: SocketServer,
    private readonly lifecycle: Lifecycle,
  ) {}

  onModuleInit(): void {
    this.lifecycle.onStop('sockets', async () => {
      await this.deliveries.settled();
      await this.sockets.close();
    });
  }
}
