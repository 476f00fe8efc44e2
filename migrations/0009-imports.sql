-- Imports: what was received, how far it is recorded, and the rows that were left out.
-- What a file holds waits in a table of its own, `imports.staged_<id>`, made when it is received and dropped when it
-- is recorded; they are logged, because an import that was acknowledged must survive a crash of the database too.
CREATE SCHEMA imports;

CREATE TABLE imports (
  import_id uuid PRIMARY KEY,
  type text NOT NULL CHECK (type IN ('shoppers', 'products', 'purchases', 'consents')),
  state text NOT NULL CHECK (state IN ('receiving', 'staged', 'recording', 'done', 'failed')),
  format text CHECK (format IN ('csv', 'ndjson')),
  -- The principal that sent it: kind and ids, no secret.
  actor jsonb NOT NULL,
  actor_name text NOT NULL,
  idempotency_key text,
  -- SHA-256 of the bytes as they came, where a key came with them.
  body_hash bytea,
  total_bytes bigint,
  received_bytes bigint NOT NULL DEFAULT 0,
  rows bigint NOT NULL DEFAULT 0,
  -- Rows that passed the checks, and how many of them are recorded.
  staged_rows bigint NOT NULL DEFAULT 0,
  recorded_rows bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  shift_days integer NOT NULL DEFAULT 0,
  -- How far the staged rows are recorded, in the words of the type; moved in the transaction that records.
  position text NOT NULL DEFAULT '',
  counts jsonb NOT NULL DEFAULT '{}',
  ignored_columns text[] NOT NULL DEFAULT '{}',
  reason_code text,
  reason text,
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz NOT NULL,
  staged_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX imports_open ON imports (due_at) WHERE state IN ('receiving', 'staged', 'recording');
CREATE INDEX imports_finished ON imports (finished_at) WHERE finished_at IS NOT NULL;
CREATE UNIQUE INDEX imports_idempotency ON imports (actor_name, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE TABLE import_rejections (
  import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
  -- In the order of their finding; what is told is in the order of the lines.
  rejection_id bigint GENERATED ALWAYS AS IDENTITY,
  line bigint NOT NULL,
  code text NOT NULL,
  detail text NOT NULL,
  -- The row as it was written; of a long one, its beginning.
  row text NOT NULL,
  PRIMARY KEY (import_id, line, rejection_id)
);
