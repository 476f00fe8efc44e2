import { CohortsController } from './cohorts/cohorts.controller.js';
import { CohortsRepository } from './cohorts/cohorts.repository.js';
import { Cohorts } from './cohorts/cohorts.service.js';
import { KpisController } from './kpis.controller.js';
import { KpisRepository } from './kpis.repository.js';
import { Kpis } from './kpis.service.js';
import { ReportReader } from './report-reader.js';
import { ReportScopes } from './report-scopes.service.js';
import { TrendsController } from './trends/trends.controller.js';
import { TrendsRepository } from './trends/trends.repository.js';
import { Trends } from './trends/trends.service.js';

export const reportControllers = [CohortsController, KpisController, TrendsController];

/** KPIs, cohorts and trends, and what they are read with. */
export const reportProviders = [
  Cohorts,
  CohortsRepository,
  Kpis,
  KpisRepository,
  ReportReader,
  ReportScopes,
  Trends,
  TrendsRepository,
];
