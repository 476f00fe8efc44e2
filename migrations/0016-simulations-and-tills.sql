-- Simulations, coupons that a till holds, what became of a coupon's reservation, and how reports find what coupons did.
-- On a large table in use, make the indexes by hand beforehand with CONCURRENTLY.

-- A replay of recorded visits through an offer: what was asked, how far it is, and what came out. It writes nothing else.
CREATE TABLE simulations (
  simulation_id uuid PRIMARY KEY,
  offer_id uuid NOT NULL,
  revision integer NOT NULL,
  -- {from, to, against, storeIds?}: everything that the result depends on beside what is on record.
  asked jsonb NOT NULL,
  requested_by text NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  visits_total bigint,
  visits_done bigint NOT NULL DEFAULT 0,
  -- Whoever works on it says so again and again; one that nobody has spoken for is begun anew, with the same result.
  runner uuid,
  leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  result jsonb,
  reason text
);
CREATE INDEX simulations_open ON simulations (created_at) WHERE state IN ('queued', 'running');

-- Simulations read recorded visits in the order of their beginnings.
CREATE INDEX IF NOT EXISTS visits_started ON visits (started_at, visit_id);

-- A till that has a coupon in hand keeps others from it for some minutes. One row a coupon: the same key overwrites.
CREATE TABLE coupon_holds (
  code text PRIMARY KEY REFERENCES coupons ON DELETE CASCADE,
  hold_key text NOT NULL,
  held_by text NOT NULL,
  store_id text NOT NULL,
  held_at timestamptz NOT NULL,
  held_until timestamptz NOT NULL
);
CREATE INDEX coupon_holds_until ON coupon_holds (held_until);

-- When what was reserved for the coupon was settled: what its redemption cost is kept, the rest given back.
ALTER TABLE coupons ADD COLUMN settled_at timestamptz;
CREATE INDEX coupons_unsettled ON coupons (expires_at) WHERE settled_at IS NULL;

-- Lines that name a coupon are few; they attribute, and a returned one reverses.
CREATE INDEX IF NOT EXISTS purchase_lines_coupon ON purchase_lines (coupon_code) WHERE coupon_code IS NOT NULL;
