import { Module } from '@nestjs/common';
import { ContactPolicies } from './contact-policies.service.js';
import { PoliciesController } from './policies.controller.js';

@Module({ controllers: [PoliciesController], providers: [ContactPolicies], exports: [ContactPolicies] })
export class LimitsModule {}
