import { Module } from '@nestjs/common';
import { InsightsModule } from '../insights/index.js';
import { LimitsModule } from '../limits/index.js';
import { OffersModule } from '../offers/index.js';
import { PresenceModule } from '../presence/index.js';
import { ShoppersModule } from '../shoppers/index.js';
import { SightingsModule } from '../sightings/index.js';
import { StoresModule } from '../stores/index.js';
import { Considering } from './considering.js';
import { DecisionsController } from './decisions.controller.js';
import { Decisions } from './decisions.service.js';
import { GroupCommit } from './group-commit.js';
import { Ledger } from './ledger.repository.js';
import { LedgerWriter } from './ledger.writer.js';
import { PolicyLog } from './evaluation/policy-log.repository.js';
import { OfferWriter } from './offer.writer.js';
import { PreviewPieces } from './preview-pieces.js';
import { Previews } from './preview.service.js';
import { SimulationsModule } from './simulation/simulations.module.js';
import { Reach } from './reach.service.js';
import { TrialWords } from './trial-words.service.js';
import { Triggering } from './triggering.js';
import { WarmViews } from './warm-views.js';
import { MergedDecisions } from './merged-decisions.js';
import { LearningRounds } from './choosing/learning-rounds.js';
import { Learning } from './choosing/learning.service.js';
import { WorldsModule } from './worlds.module.js';

@Module({
  imports: [
    InsightsModule,
    LimitsModule,
    OffersModule,
    PresenceModule,
    ShoppersModule,
    SightingsModule,
    SimulationsModule,
    StoresModule,
    WorldsModule,
  ],
  controllers: [DecisionsController],
  exports: [Decisions, Reach, TrialWords],
  providers: [
    Considering,
    Decisions,
    GroupCommit,
    Ledger,
    Learning,
    LearningRounds,
    LedgerWriter,
    MergedDecisions,
    OfferWriter,
    PolicyLog,
    PreviewPieces,
    Previews,
    Reach,
    TrialWords,
    Triggering,
    WarmViews,
  ],
})
export class DecisionsModule {}
