import { Module } from '@nestjs/common';
import { StoresModule } from '../../stores/index.js';
import { SegmentMemberLists } from '../segments/segment-member-lists.js';
import { CohortsController } from './cohorts/cohorts.controller.js';
import { CohortsRepository } from './cohorts/cohorts.repository.js';
import { Cohorts } from './cohorts/cohorts.service.js';
import { KpisController } from './kpis.controller.js';
import { KpisRepository } from './kpis.repository.js';
import { Kpis } from './kpis.service.js';
import { ReportReader } from './report-reader.js';
import { ReportScopes } from './report-scopes.service.js';
import { SegmentMembers } from './segment-members.js';

/** Reports: `kpis`, `cohorts` and `trends`. */
@Module({
  imports: [StoresModule],
  controllers: [CohortsController, KpisController],
  providers: [
    Cohorts,
    CohortsRepository,
    Kpis,
    KpisRepository,
    ReportReader,
    ReportScopes,
    { provide: SegmentMembers, useClass: SegmentMemberLists },
  ],
})
export class KpisModule {}
