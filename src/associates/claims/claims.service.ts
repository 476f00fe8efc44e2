import { Injectable } from '@nestjs/common';
import { Bus, Problem, conflict } from '../../platform/index.js';
import { toRfc3339, type Instant, type PrincipalOf } from '../../shared/index.js';
import type { FloorVisit } from '../visits/floor-visits.service.js';
import type { ClaimAnswer } from '../visits.dto.js';
import { ClaimsRepository, type Claim } from './claims.repository.js';

/** Who serves whom: one associate a visit, until they let go or the visit ends. */
@Injectable()
export class Claims {
  constructor(
    private readonly repository: ClaimsRepository,
    private readonly bus: Bus,
  ) {}

  /**
   * Claims a visit; claiming one's own again is the same claim.
   *
   * @throws Problem 409 `already-claimed`, which names who serves them, or `visit-ended`
   */
  async claim(visit: FloorVisit, { staffId }: PrincipalOf<'staff'>, now: Instant): Promise<ClaimAnswer> {
    const claim = await this.repository.take(visit.visitId, staffId, now);
    if (claim === undefined) throw conflict('visit-ended', 'The shopper has left.');
    if (claim.staffId !== staffId) throw heldBy(claim);
    this.#tell(visit);
    return { visitAlias: visit.visitAlias, ...shown(claim) };
  }

  /**
   * Lets go of a visit. Where nobody serves them there is nothing to do.
   *
   * @throws Problem 409 `already-claimed` when another does; admins may let go for anybody
   */
  async release(visit: FloorVisit, { staffId, roles }: PrincipalOf<'staff'>): Promise<void> {
    const claim = await this.repository.of(visit.visitId);
    if (claim === undefined) return;
    if (claim.staffId !== staffId && !roles.includes('admin')) throw heldBy(claim);
    if (await this.repository.release(visit.visitId, claim.staffId)) this.#tell(visit);
  }

  #tell({ shopperId, storeId }: FloorVisit): void {
    this.bus.emit('floor.changed', { visits: [{ shopperId, storeId }] });
  }
}

function shown({ staffId, displayName, claimedAt }: Claim): Omit<ClaimAnswer, 'visitAlias'> {
  return { claimedBy: { staffId, displayName }, claimedAt: toRfc3339(claimedAt) };
}

function heldBy(claim: Claim): Problem {
  const detail = `${claim.displayName === '' ? 'Somebody else' : claim.displayName} serves them already.`;
  return new Problem(409, 'already-claimed', detail, { members: shown(claim) });
}
