import { Module, type OnModuleInit } from '@nestjs/common';
import { Lifecycle, Outbox } from '../platform/index.js';
import { ShoppersModule } from '../shoppers/index.js';
import { SightingsModule } from '../sightings/index.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { Deliveries } from './deliveries.service.js';
import { Greeting } from './greeting.js';
import { Receipts } from './receipts.js';
import { Doorkeeper } from './sockets/doorkeeper.js';
import { Phones } from './sockets/phones.js';
import { ShopperRequests } from './sockets/shopper-requests.js';
import { ShopperGateway } from './sockets/shopper.gateway.js';
import { SocketDeparture } from './sockets/socket-departure.js';
import { SocketServer } from './sockets/socket-server.js';
import { OfferEvents } from './wallet/offer-events.service.js';
import { WalletController } from './wallet/wallet.controller.js';
import { WalletRepository } from './wallet/wallet.repository.js';
import { Wallet } from './wallet/wallet.service.js';
import { Withdrawals } from './withdrawals.service.js';
import { MergedDeliveries } from './merged-deliveries.js';

@Module({
  imports: [ShoppersModule, SightingsModule],
  controllers: [WalletController],
  providers: [
    Deliveries,
    DeliveriesRepository,
    Doorkeeper,
    Greeting,
    MergedDeliveries,
    OfferEvents,
    Phones,
    Receipts,
    ShopperGateway,
    ShopperRequests,
    SocketDeparture,
    SocketServer,
    Wallet,
    WalletRepository,
    Withdrawals,
  ],
  exports: [Deliveries],
})
export class DeliveryModule implements OnModuleInit {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly withdrawals: Withdrawals,
    private readonly sockets: SocketServer,
    private readonly outbox: Outbox,
    private readonly lifecycle: Lifecycle,
  ) {}

  onModuleInit(): void {
    this.outbox.handle('offer.granted', (payload) => this.deliveries.redrive(payload));
    this.outbox.handle('offer.stopped', (payload) => this.withdrawals.stopped(payload));
    this.outbox.handle('presence.ended', (payload) => this.withdrawals.presenceEnded(payload));
    this.lifecycle.onStop('sockets', async () => {
      await this.deliveries.settled();
      await this.sockets.close();
    });
  }
}
