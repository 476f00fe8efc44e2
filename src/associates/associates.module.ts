import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/index.js';
import { InsightsModule } from '../insights/index.js';
import { PresenceModule } from '../presence/index.js';
import { ShoppersModule } from '../shoppers/index.js';
import { StoresModule } from '../stores/index.js';
import { CardFactsReader } from './card/card-facts.js';
import { CardRepository } from './card/card.repository.js';
import { Cards } from './card/cards.service.js';
import { ClaimsRepository } from './claims/claims.repository.js';
import { Claims } from './claims/claims.service.js';
import { ClientsRepository } from './clients/clients.repository.js';
import { Clients } from './clients/clients.service.js';
import { FloorNews } from './floor-news.js';
import { FloorController } from './floor.controller.js';
import { Looks } from './looks.service.js';
import { Notes } from './notes/notes.service.js';
import { RosterReader } from './roster/roster-reader.js';
import { RosterRepository } from './roster/roster.repository.js';
import { Rosters } from './roster/rosters.service.js';
import { FloorDoorkeeper } from './sockets/floor-doorkeeper.js';
import { FloorGateway } from './sockets/floor.gateway.js';
import { VisitsController } from './visits.controller.js';
import { FloorVisits } from './visits/floor-visits.service.js';
import { VisitAliases } from './visits/visit-aliases.js';

@Module({
  imports: [DeliveryModule, InsightsModule, PresenceModule, ShoppersModule, StoresModule],
  controllers: [FloorController, VisitsController],
  providers: [
    CardFactsReader,
    CardRepository,
    Cards,
    Claims,
    ClaimsRepository,
    Clients,
    ClientsRepository,
    FloorDoorkeeper,
    FloorGateway,
    FloorNews,
    FloorVisits,
    Looks,
    Notes,
    RosterReader,
    RosterRepository,
    Rosters,
    VisitAliases,
  ],
  exports: [FloorNews],
})
export class AssociatesModule {}
