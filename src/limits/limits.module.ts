import { Module } from '@nestjs/common';
import { ShoppersModule } from '../shoppers/index.js';
import { ContactPolicies } from './contact-policies.service.js';
import { PoliciesController } from './policies.controller.js';
import { MergedCaps } from './merged-caps.js';

@Module({
  imports: [ShoppersModule],
  controllers: [PoliciesController],
  providers: [ContactPolicies, MergedCaps],
  exports: [ContactPolicies],
})
export class LimitsModule {}
