-- What passers-by have told of a store's radios, without anybody saying where they were: sums by anchor and square of the
-- floor. Nothing of a person is in it. A row is merged into by every process that hears the store.
CREATE TABLE radio_maps (
  store_id text PRIMARY KEY REFERENCES stores (store_id) ON DELETE CASCADE,
  -- Names the numbering of the anchors: sums kept under another one are of no use any more.
  stamp integer NOT NULL,
  -- Little-endian doubles, three each: key, weight in seconds, total in dB.
  sums bytea NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
