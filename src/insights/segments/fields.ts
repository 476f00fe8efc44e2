import type { Field } from '../../rules/index.js';

/** The field by which rules ask for a segment; segments themselves may not. */
export const SEGMENTS_FIELD = 'shopper.segments';

export const segmentFields: readonly Field[] = [
  {
    field: SEGMENTS_FIELD,
    label: 'Segments of the shopper',
    description: 'The segmentIds of the segments that the shopper belongs to at this moment.',
    type: 'list',
    read: ({ shopper }) => (shopper.consents.profiling ? shopper.segments : undefined),
    sql: () =>
      `ARRAY(SELECT segment_id FROM segment_members WHERE segment_members.shopper_id = asked.shopper_id)`,
  },
];
