import { Controller } from '@nestjs/common';
import { z } from 'zod';
import {
  Answer,
  badRequest,
  Clock,
  etagOf,
  Handles,
  notFound,
  parse,
  route,
  type Asked,
  type Fault,
} from '../../platform/index.js';
import { latestOf } from '../offer-change.rules.js';
import { offerAnswer, offerAnswerOf } from '../offer.dto.js';
import { offerDocument } from '../offer.schema.js';
import { Offers } from '../offers.service.js';
import { exampleOf, OFFER_TEMPLATES, type Given, type OfferTemplate } from './templates.js';

const tag = 'offers';
const value = z.union([z.string().trim().min(1).max(200), z.number()]);

const listTemplates = route({
  method: 'GET',
  path: '/v1/offer-templates',
  tag,
  summary: 'Offers that are ready but for what only the shop knows, one or more of each kind',
  allow: ['service', 'admin', 'marketer', 'approver', 'analyst'],
  answer: z.object({
    items: z.array(
      z.object({
        template: z.string(),
        kind: z.string(),
        name: z.string(),
        description: z.string(),
        parameters: z.array(
          z.object({ name: z.string(), label: z.string(), type: z.enum(['text', 'number']), example: value }),
        ),
        document: z.record(z.string(), z.unknown()).describe('filled in with the examples'),
      }),
    ),
    nextCursor: z.null(),
  }),
});
const fillIn = route({
  method: 'POST',
  path: '/v1/offer-templates/{template}',
  tag,
  summary: 'Make a draft of a template; from then on it is an offer like any other',
  allow: ['service', 'admin', 'marketer'],
  params: z.strictObject({ template: z.string().max(64) }),
  body: z.strictObject({ parameters: z.record(z.string(), value).default({}) }),
  status: 201,
  answer: offerAnswer,
});

@Controller()
export class OfferTemplatesController {
  constructor(
    private readonly offers: Offers,
    private readonly clock: Clock,
  ) {}

  @Handles(listTemplates)
  list(_: Asked<typeof listTemplates>) {
    const items = OFFER_TEMPLATES.map((each) => {
      const { template, name, description, parameters } = each;
      const document = exampleOf(each);
      return { template, kind: document.kind, name, description, parameters: [...parameters], document };
    });
    return { items, nextCursor: null };
  }

  @Handles(fillIn)
  async fillIn({ params, body, principal }: Asked<typeof fillIn>): Promise<Answer> {
    const template = OFFER_TEMPLATES.find((each) => each.template === params.template);
    if (template === undefined) throw notFound('offer template');
    requireParameters(template, body.parameters);
    const document = parse(offerDocument, template.document(body.parameters));
    const kept = await this.offers.create(document, principal);
    const { offer } = kept;
    return new Answer(offerAnswerOf({ offer, latest: latestOf(kept), live: undefined }, this.clock.now()), {
      status: 201,
      headers: { etag: etagOf(offer.version), location: `/v1/offers/${offer.offerId}` },
    });
  }
}

/** @throws Problem 400 naming every parameter that is missing, of another type, or not known */
function requireParameters({ parameters }: OfferTemplate, given: Given): void {
  const at = (name: string, code: string, detail: string): Fault => ({
    path: `parameters.${name}`,
    code,
    detail,
  });
  const wrong = parameters.flatMap(({ name, type, label }) => {
    if (!Object.hasOwn(given, name)) return [at(name, 'required', `${label}: must be given`)];
    const isOfType = typeof given[name] === (type === 'text' ? 'string' : 'number');
    return isOfType ? [] : [at(name, 'invalid-type', `${label}: expected a ${type}`)];
  });
  const known = new Set(parameters.map(({ name }) => name));
  const strange = Object.keys(given)
    .filter((name) => !known.has(name))
    .map((name) => at(name, 'unknown-field', 'no parameter of this template'));
  const faults = [...wrong, ...strange];
  if (faults.length === 0) return;
  throw badRequest('invalid-request', `${faults[0]?.path ?? ''}: ${faults[0]?.detail ?? ''}`, faults);
}
