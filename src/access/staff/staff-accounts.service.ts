import { Injectable } from '@nestjs/common';
import { ArrayContains, DataSource, LessThan, type EntityManager } from 'typeorm';
import { Clock, conflict, errorCode, notFound, pageFrom, type Page } from '../../platform/index.js';
import { toRfc3339, type Principal, type StaffId, type StoreId } from '../../shared/index.js';
import { Audit } from '../audit/audit.service.js';
import { idBefore } from '../listing.js';
import { inTransaction } from '../orm.js';
import { Revocations } from '../revocations.js';
import { Passwords } from './passwords.js';
import type { NewStaff, StaffChange } from './staff.dto.js';
import { StaffEntity, type Staff } from './staff.entity.js';
import { consequencesOf, standingAfter, type Standing } from './staff.rules.js';

/** A member of staff as lists show them: never the password, nor its hash. */
export interface StaffItem extends Standing {
  staffId: StaffId;
  createdAt: string;
  updatedAt: string;
}

const UNIQUE_VIOLATION = '23505';

/** The people who work with the engine. */
@Injectable()
export class StaffAccounts {
  constructor(
    private readonly orm: DataSource,
    private readonly passwords: Passwords,
    private readonly audit: Audit,
    private readonly revocations: Revocations,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 409 `email-taken` */
  async create(wanted: NewStaff, actor: Principal): Promise<StaffItem> {
    const now = this.clock.now();
    const row: Staff = {
      staffId: this.clock.newId(),
      email: wanted.email.toLowerCase(),
      displayName: wanted.displayName,
      passwordHash: await this.passwords.hash(wanted.password),
      roles: wanted.roles,
      storeIds: (wanted.storeIds ?? []) as StoreId[],
      active: wanted.active ?? true,
      createdAt: now,
      updatedAt: now,
    };
    const subject = subjectOf(row.staffId);
    await inTransaction(this.orm, async (manager, tx) => {
      await manager.insert(StaffEntity, row).catch(refuseTakenEmail);
      await this.audit.write(tx, { actor, action: 'staff.created', subject, after: standingOf(row) });
    });
    return itemOf(row);
  }

  /** Newest first. */
  async list({ limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page<StaffItem>> {
    const before = idBefore(cursor);
    const rows = await this.orm.manager.find(StaffEntity, {
      ...(before === undefined ? {} : { where: { staffId: LessThan(before as StaffId) } }),
      order: { staffId: 'DESC' },
      take: limit + 1,
    });
    return pageFrom(rows, limit, (row) => [row.staffId], itemOf);
  }

  /**
   * Changes what is given. Other rights hold at once; a new password or the end of `active` ends sessions.
   *
   * @throws Problem 404, 409 `email-taken`, 409 `last-admin` when nobody could manage staff any more
   */
  async update(staffId: StaffId, change: StaffChange, actor: Principal): Promise<StaffItem> {
    const { password, ...fields } = change;
    const passwordHash = password === undefined ? undefined : await this.passwords.hash(password);
    const { after, revocation } = await inTransaction(this.orm, async (manager, tx) => {
      const admins = await activeAdmins(manager);
      const before = await manager.findOne(StaffEntity, {
        where: { staffId },
        lock: { mode: 'pessimistic_write' },
      });
      if (before === null) throw notFound('member of staff');
      const after: Staff = {
        ...before,
        ...standingAfter(before, fields),
        passwordHash: passwordHash ?? before.passwordHash,
        updatedAt: this.clock.now(),
      };
      const consequences = consequencesOf(before, after, passwordHash !== undefined);
      if (consequences.losesAdmin && admins.every((admin) => admin.staffId === staffId)) {
        throw conflict('last-admin', 'The last active admin stays one: nobody else could manage staff.');
      }
      await manager.update(StaffEntity, { staffId }, after).catch(refuseTakenEmail);
      if (consequences.endsSessions)
        await tx.run('DELETE FROM staff_sessions WHERE staff_id = $1', [staffId]);
      await this.audit.write(tx, {
        actor,
        action: 'staff.changed',
        subject: subjectOf(staffId),
        before: standingOf(before),
        after: { ...standingOf(after), ...(passwordHash === undefined ? {} : { passwordChanged: true }) },
      });
      const revocation = consequences.dropsCaches
        ? await this.revocations.note(tx, subjectOf(staffId))
        : undefined;
      return { after, revocation };
    });
    if (revocation !== undefined) this.revocations.tell(revocation);
    return itemOf(after);
  }
}

/** Locked in one order, so that two admins who demote each other at once do not both succeed. */
function activeAdmins(manager: EntityManager): Promise<Staff[]> {
  return manager.find(StaffEntity, {
    where: { active: true, roles: ArrayContains(['admin']) },
    order: { staffId: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
}

function refuseTakenEmail(error: unknown): never {
  if (errorCode(error) === UNIQUE_VIOLATION) {
    throw conflict('email-taken', 'Somebody on the staff has this e-mail address.');
  }
  throw error;
}

/** The same words as the principal's name, so that audit and revocation speak of one thing. */
function subjectOf(staffId: StaffId): string {
  return `staff:${staffId}`;
}

function standingOf({ email, displayName, roles, storeIds, active }: Staff): Standing {
  return { email, displayName, roles, storeIds, active };
}

function itemOf(row: Staff): StaffItem {
  return {
    staffId: row.staffId,
    email: row.email,
    displayName: row.displayName,
    roles: row.roles,
    storeIds: row.storeIds,
    active: row.active,
    createdAt: toRfc3339(row.createdAt),
    updatedAt: toRfc3339(row.updatedAt),
  };
}
