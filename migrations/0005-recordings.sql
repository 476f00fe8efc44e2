-- Recordings of a store's sightings, under pseudonyms. Both tables are new, so nothing waits for a lock.

CREATE TABLE recordings (
  recording_id uuid PRIMARY KEY,
  store_id text NOT NULL,
  -- The store's document when the recording began: what a replay is played on.
  store jsonb NOT NULL,
  started_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  -- Null until somebody has noticed that it is over; `ends_at` counts meanwhile.
  ended_at timestamptz,
  ended_as text CHECK (ended_as IN ('ended', 'full')),
  sightings bigint NOT NULL DEFAULT 0,
  checkins bigint NOT NULL DEFAULT 0,
  dropped bigint NOT NULL DEFAULT 0
);
-- One at a time in each store.
CREATE UNIQUE INDEX recordings_running ON recordings (store_id) WHERE ended_at IS NULL;
CREATE INDEX recordings_store ON recordings (store_id, started_at DESC);
CREATE INDEX recordings_started ON recordings (started_at);

-- What one process heard in a second or two: lines of a trace, gzipped.
CREATE TABLE recording_chunks (
  chunk_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recording_id uuid NOT NULL REFERENCES recordings ON DELETE CASCADE,
  lines bytea NOT NULL
);
CREATE INDEX recording_chunks_recording ON recording_chunks (recording_id, chunk_id);
