import { ERASED, neutral, ofNobody, personal, withheld, type TableEntry } from './entry.js';

const named = "ANY(ARRAY(SELECT 'shopper:' || id FROM unnest($1::text[]) AS id))";

/** Tables of the house itself, in which a person may be named in passing. */
export const house: Readonly<Record<string, TableEntry>> = {
  outbox: {
    purpose: 'what is still to be done, by ids',
    rows: `EXISTS (SELECT FROM unnest($1::text[]) AS id
                   WHERE jsonb_path_exists(payload, '$.** ? (@ == $id)', jsonb_build_object('id', id)))`,
    fate: ERASED,
    exported: false,
    columns: {
      id: neutral('the event'),
      event: neutral('its kind'),
      payload: withheld('what it is about, by ids', 'work under way about what is exported'),
      created_at: neutral('since when it waits'),
      due_at: neutral('when it is to be done'),
      attempts: neutral('how often it was tried'),
      poisoned_at: neutral('when it was set aside'),
      reason: neutral('why'),
    },
  },
  idempotency_keys: {
    purpose: 'answers to repeat a request with, for 7 days',
    rows: `principal = ${named}`,
    fate: ERASED,
    exported: false,
    columns: {
      principal: withheld('who asked', 'the shopper'),
      key: withheld('by which key', 'made by their app'),
      request_hash: withheld('tells requests apart', 'an HMAC'),
      status: neutral('how it was answered'),
      answer: withheld('the answer, sealed', 'a repetition of what is exported'),
      created_at: neutral('when'),
    },
  },
  audit_log: {
    purpose: 'who did what; stays, under the tombstone',
    rows: `(subject = ${named} OR (actor LIKE 'shopper:%' AND actor = ${named}))`,
    fate: {
      is: 'anonymised',
      set: {
        subject: `CASE WHEN subject = ${named} THEN 'shopper:~' || $2 ELSE subject END`,
        actor: `CASE WHEN actor = ${named} THEN 'shopper:~' || $2 ELSE actor END`,
        before: 'NULL',
        after: 'NULL',
      },
    },
    columns: {
      audit_id: neutral('the entry'),
      at: personal('when'),
      actor: withheld('who did it', 'staff and systems of the retailer, who are persons too'),
      action: personal('what was done'),
      subject: personal('to whom'),
      before: personal('how it was'),
      after: personal('how it is'),
    },
  },
  revocations: {
    purpose: 'credentials that were ended before their time, for a day',
    rows: `principal = ${named}`,
    fate: ERASED,
    columns: {
      revocation_id: neutral('the revocation'),
      principal: personal('whose tokens'),
      at: personal('when'),
    },
  },
  contact_state: {
    purpose: 'one row to lock',
    rows: 'shopper_id = ANY($1)',
    fate: ERASED,
    exported: false,
    columns: { shopper_id: personal('whose') },
  },
  import_rejections: {
    purpose: 'rows of files that were left out, for 30 days',
    rows: `EXISTS (SELECT FROM unnest($1::text[]) AS id
                   WHERE position(id in row) > 0
                     AND id = ANY(regexp_split_to_array(row, '[^A-Za-z0-9._:-]+')))`,
    fate: { is: 'anonymised', set: { row: "''", detail: "''" } },
    columns: {
      import_id: neutral('the file'),
      rejection_id: neutral('the row'),
      line: neutral('its line'),
      code: personal('why it was left out'),
      detail: personal('in words'),
      row: personal('as it was written'),
    },
  },
  // Last: taking rows from others notes the shopper here.
  shopper_changes: {
    purpose: 'of whom something changed, until it is worked in',
    rows: 'shopper_id = ANY($1)',
    fate: ERASED,
    exported: false,
    columns: {
      change_id: neutral('the change'),
      shopper_id: personal('whose'),
      not_before: neutral('when to look'),
    },
  },
  erased_shoppers: ofNobody('tombstones of who was erased', {
    tombstone: 'an HMAC of an id, under a key of the installation',
    erasure_id: 'the erasure',
    at: 'when',
  }),
  erasures: {
    purpose: 'erasures, under way and done',
    columns: {
      erasure_id: neutral('the erasure'),
      person: withheld('of whom, sealed until it is done', 'gone with the last step'),
      requested_by: neutral('who asked; of a shopper only that it was one'),
      requested_at: neutral('when'),
      steps: neutral('how far it is, in numbers'),
      passes: neutral('how often all steps were taken'),
      finished_at: neutral('when it was done'),
    },
  },
  imports: {
    purpose: 'files that were received',
    columns: {
      import_id: neutral('the file'),
      type: neutral('of what'),
      state: neutral('how it stands'),
      format: neutral('as what'),
      actor: neutral('who sent it'),
      actor_name: neutral('who sent it, by name'),
      idempotency_key: neutral('by which key'),
      body_hash: neutral('tells files apart'),
      total_bytes: neutral('its size'),
      received_bytes: neutral('received'),
      rows: neutral('rows'),
      staged_rows: neutral('rows that passed'),
      recorded_rows: neutral('rows recorded'),
      rejected: neutral('rows left out'),
      shift_days: neutral('moved in time'),
      position: withheld(
        'how far it is',
        'a place in a file; gone within minutes, and an erasure waits for it',
      ),
      counts: neutral('what was made'),
      ignored_columns: neutral('columns nobody knows'),
      reason_code: neutral('why it failed'),
      reason: neutral('in words'),
      attempts: neutral('tries'),
      due_at: neutral('next try'),
      started_at: neutral('when it came'),
      staged_at: neutral('when it was read'),
      finished_at: neutral('when it was done'),
      updated_at: neutral('last change'),
    },
  },
  recordings: {
    purpose: 'recordings of a store under pseudonyms, kept for 30 days',
    columns: {
      recording_id: neutral('the recording'),
      store_id: neutral('where'),
      store: neutral('the layout then'),
      started_at: neutral('from'),
      ends_at: neutral('to'),
      ended_at: neutral('when it was noticed'),
      ended_as: neutral('how'),
      sightings: neutral('how many'),
      checkins: neutral('how many'),
      dropped: neutral('how many'),
    },
  },
  recording_chunks: {
    purpose: 'what was recorded',
    columns: {
      chunk_id: neutral('the part'),
      recording_id: neutral('of which recording'),
      lines: withheld(
        'sightings under pseudonyms',
        'nobody can tell whose once it is over; while it runs an erasure takes the lines out',
      ),
    },
  },
};
