import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { ShopperId } from '../../shared/index.js';
import { SegmentMembers } from '../kpis/segment-members.js';

/** The members of a segment, for reports about it. */
@Injectable()
export class SegmentMemberLists extends SegmentMembers {
  constructor(private readonly database: Database) {
    super();
  }

  async membersOf(segmentId: string): Promise<readonly ShopperId[] | undefined> {
    const [found] = await this.database.query<{ members: ShopperId[] }>(
      `SELECT ARRAY(SELECT shopper_id FROM segment_members AS member
                    WHERE member.segment_id = segments.segment_id ORDER BY shopper_id) AS members
       FROM segments WHERE segment_id = $1`,
      [segmentId],
    );
    return found?.members;
  }
}
