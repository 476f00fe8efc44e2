-- The model of purchases: a packed record for each habit, a rhythm for each shopper, what the clientele teaches.
-- Only additions, and none with a default to be written to rows: nothing waits for a lock.

-- 64 bytes: src/insights/replenishment/model/habits.rules.ts says what lies where. NULL until folded anew.
ALTER TABLE replenishment ADD COLUMN habit bytea;

-- Rhythm and own weights of a shopper; the way they were folded (NULL: before this migration), and whose purchases
-- beside their own are in it. A row that was folded otherwise is folded anew at the next look.
ALTER TABLE shopper_activity ADD COLUMN model bytea;
ALTER TABLE shopper_activity ADD COLUMN fold smallint;
ALTER TABLE shopper_activity ADD COLUMN shared_with text[];

-- One row a level: all that was fitted, as JSON.
CREATE TABLE purchase_models (
  level text PRIMARY KEY CHECK (level IN ('category', 'product')),
  model jsonb NOT NULL,
  shoppers integer NOT NULL,
  fitted_at timestamptz NOT NULL DEFAULT now()
);
