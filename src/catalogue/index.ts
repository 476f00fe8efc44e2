export { product, type Product } from './catalogue.dto.js';
export { catalogueFields, STOCK_FIELD } from './fields.js';
export { CatalogueModule } from './catalogue.module.js';
export type { TypicalPrice } from './catalogue.repository.js';
export { Catalogue } from './catalogue.service.js';
