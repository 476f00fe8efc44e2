-- Push to devices, what shoppers say of offers, words between shoppers and the shop, and the last stages of latency.

ALTER TABLE deliveries
  -- How long an app may take to acknowledge before its devices are pushed to.
  ADD COLUMN patience_ms integer NOT NULL DEFAULT 1500,
  ADD COLUMN committed_at timestamptz,
  -- First accepted by a push service.
  ADD COLUMN pushed_at timestamptz,
  -- Nothing is to be pushed any more, whatever came of it.
  ADD COLUMN push_settled_at timestamptz;

-- The attempt to push one delivery to one device. Tokens stay in `devices`, the one place where they are removed.
CREATE TABLE pushes (
  delivery_id uuid NOT NULL,
  device_id text NOT NULL,
  shopper_id text NOT NULL,
  state text NOT NULL
    CHECK (state IN ('waiting', 'sending', 'accepted', 'gone', 'refused', 'expired', 'cancelled')),
  tries integer NOT NULL DEFAULT 0,
  -- Some try ended without a definite answer: it stays counted, whatever came after.
  maybe_delivered boolean NOT NULL DEFAULT false,
  why text,
  due_at timestamptz NOT NULL,
  -- Whoever sends holds the row until then; a sender that died loses it.
  lease uuid,
  leased_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  retracted_at timestamptz,
  PRIMARY KEY (delivery_id, device_id)
);
CREATE INDEX pushes_shopper ON pushes (shopper_id);
