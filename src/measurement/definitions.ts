import type { Definition } from '../insights/index.js';

const MONEY = 'minor units of each currency';
const OFFERS = 'offers made';

/** The figures of `GET /v1/reports/offers`, for each offer. All are about what was made in the time, as of now. */
export const offersReportDefinitions = {
  issued: {
    label: 'Offers issued',
    unit: OFFERS,
    definition:
      'Decisions in the time whose outcome is offer. All other figures are about these, whenever the rest happened.',
  },
  ghosts: {
    label: 'Offers withheld',
    unit: 'decisions',
    definition: 'Decisions in the time that would have made the offer to somebody who is held out.',
  },
  received: {
    label: 'Offers received',
    unit: OFFERS,
    definition:
      'Of those issued, the ones that the app acknowledged or reported as received, displayed or opened.',
  },
  opened: {
    label: 'Offers opened',
    unit: OFFERS,
    definition: 'Of those issued, the ones that the app reported as opened.',
  },
  redeemed: {
    label: 'Coupons redeemed',
    unit: OFFERS,
    definition: 'Of those issued, the ones whose coupon has a redemption that is not reversed.',
  },
  converted: {
    label: 'Offers converted',
    unit: OFFERS,
    definition:
      'Of those issued, the ones to which at least one purchase line belongs that did not come back. A line belongs to one offer at most: made to the shopper at or before the purchase, leading to its product (or to anything, where the offer names nothing), at most attributionHours earlier; or whose coupon the line names or a till redeemed in that purchase. Of several it is the one whose coupon was used, else the latest made. Only of shoppers who consent to profiling.',
  },
  namedUnredeemed: {
    label: 'Coupons named, not redeemed',
    unit: OFFERS,
    definition:
      'Of those issued, the ones whose coupon a purchase line names while no till has redeemed it. GET /v1/reports/unredeemed-coupons lists them.',
  },
  revenue: {
    label: 'Revenue attributed',
    unit: MONEY,
    definition:
      'Sum over the lines that belong to the offer, less what came back of them, of quantity x unitPrice, rounded half up, less the line’s discount. A return is taken off the shopper’s latest attributed purchase of that product before it. Lines without a price count for nothing.',
  },
  discount: {
    label: 'Discount given',
    unit: MONEY,
    definition: 'Sum of the discounts of the redemptions counted as redeemed, as the till was told.',
  },
  margin: {
    label: 'Margin attributed',
    unit: MONEY,
    definition:
      'Of the same lines as the revenue: what was paid less quantity x unitCost at the catalogue’s present cost; where that is not known, DEFAULT_MARGIN_SHARE of what was paid. A coupon’s discount is off it only where the purchase line says so.',
  },
} as const satisfies Record<string, Definition>;
