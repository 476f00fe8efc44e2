import type { ShopperId } from '../../shared/index.js';

/** Who is in a segment, for reports about one. */
export abstract class SegmentMembers {
  /** Its present members, or undefined where there is no such segment. */
  abstract membersOf(segmentId: string): Promise<readonly ShopperId[] | undefined>;
}
