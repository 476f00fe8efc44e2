import { Module } from '@nestjs/common';
import { ShoppersModule } from '../shoppers/index.js';
import { StoresModule } from '../stores/index.js';
import { ContactPolicies } from './contact-policies.service.js';
import { HouseRules } from './house-rules.js';
import { StoreRhythms } from './store-rhythms.js';
import { PoliciesController } from './policies.controller.js';
import { MergedCaps } from './merged-caps.js';

@Module({
  imports: [ShoppersModule, StoresModule],
  controllers: [PoliciesController],
  providers: [ContactPolicies, HouseRules, MergedCaps, StoreRhythms],
  exports: [ContactPolicies, HouseRules],
})
export class LimitsModule {}
