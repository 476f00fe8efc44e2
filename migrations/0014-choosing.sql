-- Choosing by value: what a decision chose by, and what offers bring.
-- Only additions, and none with a default to be written to rows: nothing waits for a lock.

-- The ranking in force, and the product that the offer led to.
ALTER TABLE decisions ADD COLUMN policy text CHECK (policy IN ('priority', 'incrementalValue'));
ALTER TABLE decisions ADD COLUMN product_id text;

-- One row an offer made to a shopper with profiling and a value: what was expected of it, and whether it was followed.
CREATE TABLE response_trials (
  decision_id uuid PRIMARY KEY,
  offer_id uuid NOT NULL,
  kind text NOT NULL,
  category text,
  -- What counts as followed: products where the offer led to some, else categories.
  product_ids text[] NOT NULL,
  categories text[] NOT NULL,
  organic double precision NOT NULL,
  response double precision NOT NULL,
  taken double precision NOT NULL,
  need double precision NOT NULL,
  margin double precision NOT NULL,
  cost double precision NOT NULL,
  made_at timestamptz NOT NULL,
  -- When to look whether it was followed; NULL when that is settled.
  look_at timestamptz,
  -- What of it is in the tallies: NULL nothing yet.
  bought boolean
);
CREATE INDEX response_trials_look ON response_trials (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX response_trials_made ON response_trials (made_at);

-- Beta-Binomial sums by node (all, kind:category, an offer), discounted .999 a day: kept as of 2026-01-01.
CREATE TABLE response_tallies (
  node text PRIMARY KEY,
  trials double precision NOT NULL DEFAULT 0,
  successes double precision NOT NULL DEFAULT 0,
  needs double precision NOT NULL DEFAULT 0
);
