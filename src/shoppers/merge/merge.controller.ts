import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked } from '../../platform/index.js';
import { ofShopper } from '../profiles/profile.dto.js';
import { ShopperMerge, type MergeAnswer } from './shopper-merge.service.js';

const merge = route({
  method: 'POST',
  path: '/v1/shoppers/{shopperId}/merge',
  tag: 'shoppers',
  summary: 'Move all that is of another shopper here, once; the other id stays good as a name of this one',
  allow: ['service', 'admin'],
  ofChain: true,
  params: ofShopper,
  body: z.strictObject({ from: vocabulary.shopperId }),
  answer: z.object({
    shopperId: vocabulary.shopperId.describe('who stands for both'),
    from: vocabulary.shopperId,
    mergedAt: z.iso.datetime(),
    moved: z.record(z.string(), z.int()).describe('rows moved, by kind'),
  }),
});

/** Merging, for the back office. */
@Controller()
export class MergeController {
  constructor(private readonly merges: ShopperMerge) {}

  @Handles(merge)
  merge({ params, body, ...hearing }: Asked<typeof merge>): Promise<MergeAnswer> {
    return this.merges.merge({ from: body.from, into: params.shopperId }, hearing);
  }
}
