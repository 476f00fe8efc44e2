import type { StaffRole, StoreId } from '../../shared/index.js';

/** What signing in and audit need to know of a member of staff. */
export interface Standing {
  email: string;
  displayName: string;
  roles: StaffRole[];
  storeIds: StoreId[];
  active: boolean;
}

export interface Consequences {
  /** May do other things than before: whatever rests on the old standing must be found out again. */
  dropsCaches: boolean;
  /** May not go on with a session begun before. */
  endsSessions: boolean;
  /** Was an active admin and is none any more. */
  losesAdmin: boolean;
}

/** Somebody's standing with what a change names put in place. */
export function standingAfter(
  before: Standing,
  change: { [Field in keyof Standing]?: Standing[Field] | undefined },
): Standing {
  return {
    email: change.email ?? before.email,
    displayName: change.displayName ?? before.displayName,
    roles: change.roles ?? before.roles,
    storeIds: change.storeIds ?? before.storeIds,
    active: change.active ?? before.active,
  };
}

/** What a change of somebody's standing brings about. */
export function consequencesOf(before: Standing, after: Standing, newPassword: boolean): Consequences {
  const endsSessions = newPassword || (before.active && !after.active);
  return {
    dropsCaches:
      endsSessions || !isSameSet(before.roles, after.roles) || !isSameSet(before.storeIds, after.storeIds),
    endsSessions,
    losesAdmin: isActiveAdmin(before) && !isActiveAdmin(after),
  };
}

function isActiveAdmin({ active, roles }: Standing): boolean {
  return active && roles.includes('admin');
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.every((each) => other.includes(each)) && other.every((each) => one.includes(each));
}
