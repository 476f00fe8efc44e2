-- Shoppers who turned out to be one, and a loyalty programme whose points are earned by purchases.

-- The id of a shopper who was merged into another. It leads straight to who stands for them now: a chain is shortened
-- when it grows.
CREATE TABLE shopper_aliases (
  alias text PRIMARY KEY,
  shopper_id text NOT NULL,
  merged_at timestamptz NOT NULL,
  -- What was moved, by step: the answer to the same merge asked for again.
  moved jsonb NOT NULL
);
CREATE INDEX shopper_aliases_shopper ON shopper_aliases (shopper_id);

CREATE INDEX interactions_referred ON interactions (referred_shopper_id) WHERE referred_shopper_id IS NOT NULL;

CREATE TABLE loyalty_programme (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  document jsonb NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- What each purchase earned, once; negative for what was brought back.
CREATE TABLE loyalty_points (
  purchase_id text PRIMARY KEY,
  shopper_id text NOT NULL,
  points integer NOT NULL,
  earned_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX loyalty_points_shopper ON loyalty_points (shopper_id, earned_at);

-- Where a member stands: `standing` as rules and pages read it.
CREATE TABLE loyalty_members (
  shopper_id text PRIMARY KEY,
  tier text NOT NULL,
  since timestamptz NOT NULL,
  ends_at timestamptz,
  standing jsonb NOT NULL,
  -- When it may no longer be so without another purchase.
  review_at timestamptz
);
CREATE INDEX loyalty_members_review ON loyalty_members (review_at) WHERE review_at IS NOT NULL;

CREATE TABLE loyalty_moves (
  move_id uuid PRIMARY KEY,
  shopper_id text NOT NULL,
  from_tier text,
  to_tier text NOT NULL,
  points integer NOT NULL,
  reason text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX loyalty_moves_shopper ON loyalty_moves (shopper_id, at DESC);
