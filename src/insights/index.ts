export { estimateIn } from './replenishment/estimate-in.rules.js';
export { insightFields } from './fields.js';
export { InsightsModule } from './insights.module.js';
export { neverBought } from './traits/never-bought.rules.js';
export { Population } from './replenishment/population.service.js';
export { replenishmentItem, type ReplenishmentItem } from './replenishment/replenishment.dto.js';
export { Replenishment } from './replenishment/replenishment.service.js';
export { ShopperViews } from './shopper-view/shopper-views.service.js';
export { Upkeep } from './upkeep/upkeep.service.js';
