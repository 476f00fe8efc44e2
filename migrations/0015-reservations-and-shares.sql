-- What a grant holds back of totals and budgets, and counters in shares, so that a hot one does not serialise the shop.

-- A counter's rows together hold `whole`; each share has its own part of it as `ceiling`.
ALTER TABLE offer_counters
  ADD COLUMN share smallint NOT NULL DEFAULT 0,
  ADD COLUMN whole bigint NOT NULL DEFAULT 0;
ALTER TABLE offer_counters DROP CONSTRAINT offer_counters_pkey, ADD PRIMARY KEY (key, share);
-- `used` changes with every commit: room in the page keeps its versions there.
ALTER TABLE offer_counters SET (fillfactor = 50);

-- One row a decision and counter. Held of the counter: `amount` while it is open, `spent` once it is closed.
CREATE TABLE reservations (
  decision_id uuid NOT NULL,
  key text NOT NULL,
  share smallint NOT NULL,
  -- 'count': an offer made; 'money': minor units of a budget.
  kind text NOT NULL CHECK (kind IN ('count', 'money')),
  amount bigint NOT NULL CHECK (amount > 0),
  spent bigint NOT NULL DEFAULT 0,
  closed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (decision_id, key),
  -- A redemption never exceeds what was held back for it.
  CHECK (spent BETWEEN 0 AND amount)
);
