import { Controller } from '@nestjs/common';
import { Handles, route, vocabulary, type Asked, type Page } from '../platform/index.js';
import { clientPage, type Client } from './clients/clients.dto.js';
import { Clients } from './clients/clients.service.js';
import { Looks } from './looks.service.js';
import { RosterReader } from './roster/roster-reader.js';
import { itemOf } from './roster/roster.rules.js';
import { ofStore, visitList, type VisitItem } from './visits.dto.js';

const tag = 'shop floor';
const allow = ['associate', 'admin'] as const;

const listVisits = route({
  method: 'GET',
  path: '/v1/stores/{storeId}/visits',
  tag,
  summary: 'Who is in the store and consented to clienteling; as `presence` on the socket of `/floor` has it',
  allow,
  params: ofStore,
  answer: visitList,
});
const listClients = route({
  method: 'GET',
  path: '/v1/associates/me/clients',
  tag,
  summary: 'Shoppers who are assigned to me and consented to clienteling, those lapsing first',
  allow,
  query: vocabulary.page,
  answer: clientPage,
});

@Controller()
export class FloorController {
  constructor(
    private readonly looks: Looks,
    private readonly roster: RosterReader,
    private readonly clients: Clients,
  ) {}

  @Handles(listVisits)
  async visits({
    params: { storeId },
    principal,
  }: Asked<typeof listVisits>): Promise<{ visits: VisitItem[] }> {
    await this.looks.atStore(principal, storeId);
    const seen = await this.roster.read([storeId]);
    return { visits: (seen.get(storeId) ?? []).map(itemOf) };
  }

  @Handles(listClients)
  clientsOf({ principal, query, receivedAt }: Asked<typeof listClients>): Promise<Page<Client>> {
    return this.clients.of(principal, query, receivedAt);
  }
}
