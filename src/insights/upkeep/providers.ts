import { AudienceRepository } from '../segments/audience.repository.js';
import { Audiences } from '../segments/audience.service.js';
import { CompiledSegments } from '../segments/compiled-segments.js';
import { JudgedShoppers } from '../segments/judged-shoppers.js';
import { MembershipRepository } from '../segments/membership.repository.js';
import { Memberships } from '../segments/memberships.service.js';
import { SegmentTemplates } from '../segments/segment-templates.service.js';
import { SegmentsRepository } from '../segments/segments.repository.js';
import { Segments } from '../segments/segments.service.js';
import { TraitsRepository } from '../traits/traits.repository.js';
import { Traits } from '../traits/traits.service.js';
import { ChangesRepository } from './changes.repository.js';
import { UpkeepRounds } from './upkeep-rounds.js';
import { Upkeep } from './upkeep.service.js';

/** Traits, segments, and what keeps both in step. */
export const upkeepProviders = [
  AudienceRepository,
  Audiences,
  ChangesRepository,
  CompiledSegments,
  JudgedShoppers,
  MembershipRepository,
  Memberships,
  SegmentTemplates,
  Segments,
  SegmentsRepository,
  Traits,
  TraitsRepository,
  Upkeep,
  UpkeepRounds,
];
