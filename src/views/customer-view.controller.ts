import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Handles, route, vocabulary, type Asked } from '../platform/index.js';
import { customerView, type CustomerView } from './customer-view.dto.js';
import { CustomerViews } from './customer-views.service.js';

const view = route({
  method: 'GET',
  path: '/v1/shoppers/{shopperId}',
  tag: 'shoppers',
  summary: 'The single customer view',
  allow: ['service', 'admin', 'marketer', 'analyst', 'approver'],
  params: z.strictObject({ shopperId: vocabulary.shopperId }),
  answer: customerView,
});

@Controller()
export class CustomerViewController {
  constructor(private readonly views: CustomerViews) {}

  @Handles(view)
  of({ params, principal }: Asked<typeof view>): Promise<CustomerView> {
    return this.views.shownTo(principal, params.shopperId);
  }
}
