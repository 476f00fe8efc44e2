import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { ShopperLooks } from '../../access/index.js';
import { Handles, route, type Asked } from '../../platform/index.js';
import { Audiences, type Audience } from './audience.service.js';

const count = z.int().min(0);

const audience = route({
  method: 'POST',
  path: '/v1/rules/audience',
  tag: 'rules',
  summary:
    'How many shoppers a rule reaches, some of them, and how many are left after each of its conditions',
  allow: ['service', 'admin', 'marketer', 'approver', 'analyst'],
  body: z.strictObject({ rule: z.unknown() }),
  answer: z.object({
    count: count.describe('of the shoppers who consent to profiling'),
    sample: z.array(z.string()).describe('the shopperIds of at most 20 of them'),
    funnel: z.array(
      z.object({ rule: z.unknown(), remaining: count.describe('after this condition and those before it') }),
    ),
    exact: z.boolean().describe('false where a sample was asked and the counts are scaled from its shares'),
    margin: count.describe('half the width of the 95 % interval of count; 0 where it is exact'),
    asked: count.describe('shoppers who were asked'),
    of: count.describe('shoppers who consent to profiling'),
  }),
});

@Controller()
export class AudienceController {
  constructor(
    private readonly audiences: Audiences,
    private readonly looks: ShopperLooks,
  ) {}

  @Handles(audience)
  async count({ body, principal }: Asked<typeof audience>): Promise<Audience> {
    const counted = await this.audiences.count(body.rule);
    return { ...counted, sample: [...(await this.looks.inReach(principal, counted.sample))] };
  }
}
