export { dueProbabilityIn, estimateIn } from './replenishment/estimate-in.rules.js';
export { insightFields } from './fields.js';
export { InsightsModule } from './insights.module.js';
export { RecentLists } from './lists/recent-lists.service.js';
export { neverBought } from './traits/never-bought.rules.js';
export { Population } from './replenishment/population.service.js';
export { replenishmentItem, type ReplenishmentItem } from './replenishment/replenishment.dto.js';
export { Replenishment } from './replenishment/replenishment.service.js';
export { addDays } from './kpis/civil-days.rules.js';
export type { Definition } from './kpis/definitions.js';
export { moneyColumns } from './kpis/money-columns.js';
export { margin, PAID } from './kpis/population.sql.js';
export { ReportReader } from './kpis/report-reader.js';
export { ReportScopes, type ReportScope } from './kpis/report-scopes.service.js';
export { dayAfter, dayAnswer, definitions, firstDay, moneyAnswer } from './kpis/report.dto.js';
export { NEEDS, type NeedsRow } from './replenishment/needs.sql.js';
export { PastViews, type PastView } from './shopper-view/past-views.service.js';
export { piecesOf, type Piece } from './shopper-view/pieces.rules.js';
export { ShopperViews } from './shopper-view/shopper-views.service.js';
export { evaluateLifetimeValue, type Evaluation } from './value/evaluation.rules.js';
export type { PurchaseDay } from './value/purchase-days.rules.js';
export { Upkeep } from './upkeep/upkeep.service.js';
export {
  evaluateReplenishment,
  generalParameters,
  type Report as ReplenishmentReport,
} from './replenishment/evaluation/evaluate.rules.js';
export { COLUMNS_READ, Gathering, LEVELS, type Level } from './replenishment/evaluation/histories.rules.js';
export { dayNumber } from './replenishment/model/calendar.rules.js';
export {
  evaluatePackSize,
  type PackSizeReport,
  type WeekBought,
} from './replenishment/evaluation/pack-size.rules.js';
export { Refit } from './refit/refit.service.js';
export { RFM_SEGMENTS, type RfmSegment } from './rfm/rfm.rules.js';
export { CustomerValues, type CustomerValue } from './value/customer-value.service.js';
export { WORTH, type WorthRow } from './value/value.repository.js';
export { LifetimeValues } from './value/lifetime-values.service.js';
