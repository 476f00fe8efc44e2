import { Controller } from '@nestjs/common';
import { z } from 'zod';
import {
  Answer,
  Handles,
  etagOf,
  notFound,
  route,
  vocabulary,
  type Asked,
  type Page,
} from '../platform/index.js';
import { StoreDocuments } from './documents.service.js';
import { beaconsOf } from './layout.rules.js';
import {
  storeBeacon,
  storeDocument,
  storeSummary,
  type StoreBeacon,
  type StoreSummary,
} from './stores.dto.js';
import { Stores } from './stores.service.js';

const params = z.strictObject({ storeId: vocabulary.storeId });
const readers = ['service', 'admin', 'marketer', 'approver', 'associate', 'analyst'] as const;

const listStores = route({
  method: 'GET',
  path: '/v1/stores',
  summary: 'The stores within reach, by storeId',
  tag: 'stores',
  allow: readers,
  query: vocabulary.page,
  answer: vocabulary.pageOf(storeSummary),
});

const getStore = route({
  method: 'GET',
  path: '/v1/stores/{storeId}',
  summary: "A store's whole layout, with its ETag; can be put back as it is",
  tag: 'stores',
  allow: readers,
  params,
  answer: storeDocument,
});

const putStore = route({
  method: 'PUT',
  path: '/v1/stores/{storeId}',
  summary: "Creates (201) or replaces (needs If-Match) a store's whole layout",
  tag: 'stores',
  allow: ['service', 'admin'],
  params,
  body: storeDocument,
  answer: storeDocument,
});

const listMyBeacons = route({
  method: 'GET',
  path: '/v1/me/beacons',
  summary: 'The beacons of a store that the phone should listen for',
  tag: 'app',
  allow: ['shopper'],
  query: z.strictObject({ storeId: vocabulary.storeId }),
  answer: vocabulary.pageOf(storeBeacon),
});

@Controller()
export class StoresController {
  constructor(
    private readonly documents: StoreDocuments,
    private readonly stores: Stores,
  ) {}

  @Handles(listMyBeacons)
  beacons({ query: { storeId } }: Asked<typeof listMyBeacons>): Page<StoreBeacon> {
    const layout = this.stores.layout(storeId);
    if (layout === undefined) throw notFound('store');
    return { items: beaconsOf(layout), nextCursor: null };
  }

  @Handles(listStores)
  list({ principal, query }: Asked<typeof listStores>): Promise<Page<StoreSummary>> {
    return this.documents.list(principal, query);
  }

  @Handles(getStore)
  async get({ principal, params: { storeId } }: Asked<typeof getStore>): Promise<Answer> {
    const { document, version } = await this.documents.find(storeId, principal);
    return new Answer(document, { headers: { ETag: etagOf(version) } });
  }

  @Handles(putStore)
  async put({ principal, params: { storeId }, body, headers }: Asked<typeof putStore>): Promise<Answer> {
    const version = await this.documents.replace(storeId, body, principal, headers);
    return new Answer(body, { status: version === 1 ? 201 : 200, headers: { ETag: etagOf(version) } });
  }
}
