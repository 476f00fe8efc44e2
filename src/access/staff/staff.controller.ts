import { Controller } from '@nestjs/common';
import { Handles, type Asked, type Page } from '../../platform/index.js';
import { StaffAccounts, type StaffItem } from './staff-accounts.service.js';
import { createStaff, listStaff, updateStaff } from './staff.dto.js';

@Controller()
export class StaffController {
  constructor(private readonly staff: StaffAccounts) {}

  @Handles(listStaff)
  list({ query }: Asked<typeof listStaff>): Promise<Page<StaffItem>> {
    return this.staff.list(query);
  }

  @Handles(createStaff)
  create({ body, principal }: Asked<typeof createStaff>): Promise<StaffItem> {
    return this.staff.create(body, principal);
  }

  @Handles(updateStaff)
  update({ params, body, principal }: Asked<typeof updateStaff>): Promise<StaffItem> {
    return this.staff.update(params.staffId, body, principal);
  }
}
