-- What a shopper's purchases come to, kept for those who consent to profiling: the state that the purchase models and
-- RFM read. Derived: folding all purchases anew gives the same row, but for the scores, which the nightly round sets.
CREATE TABLE shopper_value (
  shopper_id text PRIMARY KEY,
  -- Distinct UTC days with a purchase; a return is none.
  purchase_days integer NOT NULL,
  first_day date NOT NULL,
  last_day date NOT NULL,
  sum_log_gap_days double precision NOT NULL,
  -- Minor units of the currency that most of the shopper's lines are in; other currencies do not count.
  currency text,
  spent bigint NOT NULL,
  margin bigint NOT NULL,
  spend_days integer NOT NULL,
  recency_score smallint,
  frequency_score smallint,
  monetary_score smallint,
  segment text,
  -- Expected margin of twelve months, minor units, and the probability to be active, as they were at the last round.
  expected_margin bigint,
  probability_active double precision,
  scored_at timestamptz
);
CREATE INDEX shopper_value_segment ON shopper_value (segment);

-- How a shopper moved from cell to cell; only changes are kept.
CREATE TABLE rfm_moves (
  shopper_id text NOT NULL,
  at timestamptz NOT NULL,
  recency_score smallint NOT NULL,
  frequency_score smallint NOT NULL,
  monetary_score smallint NOT NULL,
  segment text NOT NULL,
  PRIMARY KEY (shopper_id, at)
);

-- One row: the parameters in use and the bounds of the RFM scores.
CREATE TABLE value_model (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  document jsonb NOT NULL,
  fitted_at timestamptz NOT NULL
);
