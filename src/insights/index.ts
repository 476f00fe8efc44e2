export { estimateIn } from './estimate-in.rules.js';
export { insightFields } from './fields.js';
export { InsightsModule } from './insights.module.js';
export { Population } from './population.service.js';
export { replenishmentItem, type ReplenishmentItem } from './replenishment.dto.js';
export { Replenishment } from './replenishment.service.js';
export { ShopperViews } from './shopper-views.service.js';
