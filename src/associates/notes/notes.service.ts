import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, Database, notFound, timestamp } from '../../platform/index.js';
import { toRfc3339, type Instant, type PrincipalOf } from '../../shared/index.js';
import { Merges } from '../../shoppers/index.js';
import type { FloorVisit } from '../visits/floor-visits.service.js';
import type { Note } from '../visits.dto.js';

/** What associates write down of a shopper, to serve them next time. Kept with the shopper, in whatever store. */
@Injectable()
export class Notes implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly merges: Merges,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.merges.step('shopper_notes', (tx, { from, into }) =>
      tx.run('UPDATE shopper_notes SET shopper_id = $2 WHERE shopper_id = $1', [from, into]),
    );
  }

  /** @throws Problem 404 when the shopper went for good meanwhile */
  async write(
    visit: FloorVisit,
    text: string,
    { staffId }: PrincipalOf<'staff'>,
    now: Instant,
  ): Promise<Note> {
    const noteId = this.clock.newId();
    // Of whoever the visit is now: a merge may have come between.
    const [written] = await this.database.query<{ by: string | null }>(
      `WITH whose AS (
         SELECT shoppers.shopper_id, visits.store_id FROM visits JOIN shoppers USING (shopper_id)
         WHERE visits.visit_id = $2 FOR KEY SHARE OF shoppers
       )
       INSERT INTO shopper_notes (note_id, shopper_id, store_id, staff_id, text, at)
       SELECT $1, shopper_id, store_id, $3, $4, $5 FROM whose
       RETURNING (SELECT display_name FROM staff WHERE staff.staff_id = shopper_notes.staff_id) AS by`,
      [noteId, visit.visitId, staffId, text, timestamp(now)],
    );
    if (written === undefined) throw notFound('visit');
    return { noteId, text, by: written.by, at: toRfc3339(now) };
  }
}
