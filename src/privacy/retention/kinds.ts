import type { Settings } from '../../platform/index.js';

/** One kind of rows that are kept for so long only. */
export interface Kind {
  name: string;
  table: string;
  /** The column of its age; there is an index on it for the rows that `where` lets through. */
  age: string;
  /** Which rows of the table are meant. */
  where: string;
  /** Rows of other tables that go with those whose `key` is in `$1`, and before them. */
  along: readonly string[];
  key: string;
  days: (kept: Settings['keptDays']) => number;
}

/** What is thrown away by its age. Purchases and redemptions are the books: how long they are kept is the retailer's. */
export const KINDS: readonly Kind[] = [
  {
    name: 'silence',
    table: 'decisions',
    age: 'at',
    where: "outcome = 'silence'",
    along: [],
    key: 'decision_id',
    days: ({ silence }) => silence,
  },
  {
    name: 'offers',
    table: 'decisions',
    age: 'at',
    where: "outcome <> 'silence'",
    along: [],
    key: 'decision_id',
    days: ({ offers }) => offers,
  },
  {
    name: 'deliveries',
    table: 'deliveries',
    age: 'created_at',
    where: 'closed_at IS NOT NULL OR expires_at < now()',
    along: [
      'DELETE FROM delivery_events WHERE delivery_id = ANY($1)',
      'DELETE FROM pushes WHERE delivery_id = ANY($1)',
      'DELETE FROM offer_ratings WHERE delivery_id = ANY($1)',
    ],
    key: 'delivery_id',
    days: ({ offers }) => offers,
  },
  {
    name: 'coupons',
    table: 'coupons',
    age: 'expires_at',
    where:
      'settled_at IS NOT NULL AND NOT EXISTS (SELECT FROM redemptions WHERE redemptions.code = coupons.code)',
    along: [],
    key: 'code',
    days: ({ offers }) => offers,
  },
  {
    name: 'cap-events',
    table: 'cap_events',
    age: 'at',
    where: 'true',
    along: [],
    key: 'decision_id',
    days: ({ offers }) => offers,
  },
  {
    name: 'visits',
    table: 'visits',
    age: 'started_at',
    where: 'ended_at IS NOT NULL',
    along: [
      'DELETE FROM stays WHERE visit_id = ANY($1)',
      'DELETE FROM checkins WHERE visit_id = ANY($1)',
      'DELETE FROM visit_claims WHERE visit_id = ANY($1)',
    ],
    key: 'visit_id',
    days: ({ visits }) => visits,
  },
  {
    name: 'recordings',
    table: 'recordings',
    age: 'started_at',
    where: 'ended_at IS NOT NULL OR ends_at < now()',
    along: ['DELETE FROM recording_chunks WHERE recording_id = ANY($1)'],
    key: 'recording_id',
    days: ({ recordings }) => recordings,
  },
  {
    name: 'feedback',
    table: 'feedback',
    age: 'at',
    where: 'true',
    along: [],
    key: 'feedback_id',
    days: ({ offers }) => offers,
  },
  {
    name: 'notes',
    table: 'shopper_notes',
    age: 'at',
    where: 'true',
    along: [],
    key: 'note_id',
    days: ({ offers }) => offers,
  },
  {
    name: 'messages',
    table: 'messages',
    age: 'at',
    where: 'true',
    along: [],
    key: 'message_id',
    days: ({ offers }) => offers,
  },
];
