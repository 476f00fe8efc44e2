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

-- The newest rating of each delivery: `delivery_events` keeps all that was said.
CREATE TABLE offer_ratings (
  delivery_id uuid PRIMARY KEY,
  shopper_id text NOT NULL,
  offer_id uuid NOT NULL,
  store_id text NOT NULL,
  -- What the offer was about.
  categories text[] NOT NULL,
  rating integer NOT NULL CHECK (rating BETWEEN 1 AND 5),
  comment text,
  at timestamptz NOT NULL
);
CREATE INDEX offer_ratings_shopper ON offer_ratings (shopper_id);
CREATE INDEX offer_ratings_at ON offer_ratings (at DESC, delivery_id DESC);
CREATE INDEX feedback_at ON feedback (at DESC, feedback_id DESC);

CREATE TABLE messages (
  message_id uuid PRIMARY KEY,
  shopper_id text NOT NULL,
  -- NULL: the shopper. Else who wrote for the shop, as the audit names them.
  author text,
  text text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX messages_shopper ON messages (shopper_id, at DESC, message_id DESC);
CREATE INDEX messages_age ON messages (at);
