import type { Api } from '../api.js';
import { DEMO_TAG, demoOffers } from '../shop/offers.rules.js';
import type { DemoStaff } from './staff.js';

interface KnownOffer {
  offerId: string;
  name: string;
  status: string;
  tags: string[];
}

/**
 * Brings the demo's own offers to where they belong: written by the marketer, approved by the approver, then live,
 * or paused for a quiet demo. Offers are known again by their name and tag; archived ones stay so.
 */
export async function settleOffers(
  api: Api,
  { marketer, approver }: DemoStaff['sessions'],
  quiet: boolean,
): Promise<void> {
  const known = await api.all<KnownOffer>('/v1/offers', marketer);
  const own = known.filter(({ tags }) => tags.includes(DEMO_TAG));
  for (const document of demoOffers()) {
    const offer =
      own.find(({ name }) => name === document['name']) ??
      (await api.post<KnownOffer>('/v1/offers', document, marketer));
    const move = (action: string, as: string): Promise<KnownOffer> =>
      api.call('POST', `/v1/offers/${offer.offerId}/${action}`, { as });
    let { status } = offer;
    if (status === 'draft') ({ status } = await move('submit', marketer));
    if (status === 'inReview') ({ status } = await move('approve', approver));
    if (quiet && status === 'live') await move('pause', marketer);
    if (!quiet && status === 'paused') await move('resume', marketer);
  }
}
