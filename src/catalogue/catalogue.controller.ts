import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked, type Page } from '../platform/index.js';
import {
  bulkAnswer,
  product,
  productItem,
  productQuery,
  stockItem,
  type BulkAnswer,
  type Product,
} from './catalogue.dto.js';
import { Catalogue } from './catalogue.service.js';

const readers = ['service', 'admin', 'marketer', 'approver', 'associate', 'analyst'] as const;
const writers = ['service', 'admin'] as const;

const postProducts = route({
  method: 'POST',
  path: '/v1/products',
  summary: 'Writes products by productId, each replaced whole; good items are kept, bad ones named',
  tag: 'catalogue',
  allow: writers,
  ofChain: true,
  bulkOf: productItem,
  answer: bulkAnswer,
});

const listProducts = route({
  method: 'GET',
  path: '/v1/products',
  summary: 'Products by productId, narrowed by text or category',
  tag: 'catalogue',
  allow: readers,
  query: productQuery,
  answer: vocabulary.pageOf(product),
});

const getProduct = route({
  method: 'GET',
  path: '/v1/products/{productId}',
  summary: 'One product; without a price when only purchases have told of it',
  tag: 'catalogue',
  allow: readers,
  params: z.strictObject({ productId: vocabulary.productId }),
  answer: product,
});

const postStock = route({
  method: 'POST',
  path: '/v1/stock',
  summary: 'Writes what is available in which store; what was never told counts as available',
  tag: 'catalogue',
  allow: writers,
  bulkOf: stockItem,
  answer: bulkAnswer,
});

@Controller()
export class CatalogueController {
  constructor(private readonly catalogue: Catalogue) {}

  @Handles(postProducts)
  saveProducts({ body }: Asked<typeof postProducts>): Promise<BulkAnswer> {
    return this.catalogue.saveProducts(body);
  }

  @Handles(listProducts)
  search({ query }: Asked<typeof listProducts>): Promise<Page<Product>> {
    return this.catalogue.search(query);
  }

  @Handles(getProduct)
  find({ params }: Asked<typeof getProduct>): Promise<Product> {
    return this.catalogue.find(params.productId);
  }

  @Handles(postStock)
  saveStock({ body, principal }: Asked<typeof postStock>): Promise<BulkAnswer> {
    return this.catalogue.saveStock(body, principal);
  }
}
