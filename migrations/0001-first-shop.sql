-- The first shop: everything from a store's layout to a redeemed coupon.
-- Instants are timestamptz, money is minor units (bigint) with its currency beside it, documents are jsonb.
-- Hot ledgers carry no foreign keys: what they point to is checked at the door, and erasure walks the rooms itself.

-- ── platform ────────────────────────────────────────────────────────────────────────────────────────────

-- Documents that every process keeps in memory, by name, with the version to compare.
CREATE TABLE published (
  name text PRIMARY KEY,
  version bigint NOT NULL
);

CREATE TABLE outbox (
  id uuid PRIMARY KEY,
  event text NOT NULL,
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  poisoned_at timestamptz,
  reason text
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE poisoned_at IS NULL;

CREATE TABLE idempotency_keys (
  principal text NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  status integer,
  -- Sealed: an answer may show a secret that is kept nowhere else.
  answer bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- ── access ──────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE api_keys (
  key_id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('gateway', 'pos', 'service')),
  store_id text,
  label text NOT NULL,
  prefix text NOT NULL,
  secret_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  CHECK ((kind = 'service') = (store_id IS NULL))
);

CREATE TABLE staff (
  staff_id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE,
  display_name text NOT NULL,
  password_hash text NOT NULL,
  roles text[] NOT NULL,
  store_ids text[] NOT NULL DEFAULT '{}',
  active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE staff_sessions (
  token_hash bytea PRIMARY KEY,
  staff_id uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);

CREATE TABLE audit_log (
  audit_id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  before jsonb,
  after jsonb
);
CREATE INDEX audit_log_subject ON audit_log (subject, audit_id);

CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();

-- ── stores, catalogue ───────────────────────────────────────────────────────────────────────────────────

CREATE TABLE stores (
  store_id text PRIMARY KEY,
  document jsonb NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Gateways and fixed beacons are known by one name in the whole chain: whose they are, in one place.
CREATE TABLE store_gateways (
  gateway_id text PRIMARY KEY,
  store_id text NOT NULL REFERENCES stores ON DELETE CASCADE
);
CREATE TABLE store_beacons (
  beacon_id text PRIMARY KEY,
  store_id text NOT NULL REFERENCES stores ON DELETE CASCADE
);

CREATE TABLE products (
  product_id text PRIMARY KEY,
  name text NOT NULL,
  brand text NOT NULL,
  own_brand boolean NOT NULL,
  category text NOT NULL,
  pack_amount double precision,
  pack_unit text,
  price bigint,
  currency text,
  unit_cost bigint,
  equivalence_group text,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX products_category ON products (category);
CREATE INDEX products_equivalence ON products (equivalence_group) WHERE equivalence_group IS NOT NULL;

CREATE TABLE stock (
  store_id text NOT NULL,
  product_id text NOT NULL,
  -- NULL where the shop only said yes or no.
  units integer,
  available boolean NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, product_id)
);

-- ── shoppers, consent ───────────────────────────────────────────────────────────────────────────────────

CREATE TABLE shoppers (
  shopper_id text PRIMARY KEY,
  display_name text,
  locale text,
  time_zone text,
  home_store_id text,
  household_id text,
  birthday text,
  attributes jsonb NOT NULL DEFAULT '{}',
  loyalty jsonb,
  acquisition jsonb,
  assigned_associate text,
  preferences jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX shoppers_household ON shoppers (household_id) WHERE household_id IS NOT NULL;

CREATE TABLE carried_beacons (
  beacon_id text PRIMARY KEY,
  shopper_id text NOT NULL,
  -- 'profile' for tags named with the shopper, else the device that advertises it.
  source text NOT NULL DEFAULT 'profile'
);
CREATE INDEX carried_beacons_shopper ON carried_beacons (shopper_id);

CREATE TABLE devices (
  shopper_id text NOT NULL,
  device_id text NOT NULL,
  platform text NOT NULL CHECK (platform IN ('ios', 'android', 'web')),
  push_token text,
  app_version text,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (shopper_id, device_id)
);
-- A phone that changed hands pushes to its new owner only.
CREATE INDEX devices_push_token ON devices (push_token) WHERE push_token IS NOT NULL;

CREATE TABLE consents (
  shopper_id text NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('location', 'profiling', 'push', 'clienteling')),
  granted boolean NOT NULL,
  policy_version text NOT NULL,
  source text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (shopper_id, purpose)
);
CREATE TABLE consent_history (
  entry_id uuid PRIMARY KEY,
  shopper_id text NOT NULL,
  purpose text NOT NULL,
  granted boolean NOT NULL,
  policy_version text NOT NULL,
  source text NOT NULL,
  at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL
);
CREATE INDEX consent_history_shopper ON consent_history (shopper_id, recorded_at DESC);

CREATE TABLE purchases (
  purchase_id text PRIMARY KEY,
  shopper_id text NOT NULL,
  store_id text,
  channel text NOT NULL CHECK (channel IN ('store', 'online')),
  purchased_at timestamptz NOT NULL,
  content_hash bytea NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX purchases_shopper ON purchases (shopper_id, purchased_at DESC);

CREATE TABLE purchase_lines (
  purchase_id text NOT NULL,
  line_no integer NOT NULL,
  product_id text NOT NULL,
  quantity double precision NOT NULL,
  unit_price bigint,
  discount bigint,
  currency text,
  coupon_code text,
  PRIMARY KEY (purchase_id, line_no)
);
CREATE INDEX purchase_lines_product ON purchase_lines (product_id);

CREATE TABLE interactions (
  interaction_id text PRIMARY KEY,
  shopper_id text NOT NULL,
  type text NOT NULL CHECK (type IN ('viewed', 'searched', 'wishlisted', 'shared', 'referred', 'reviewed', 'contacted')),
  product_id text,
  referred_shopper_id text,
  at timestamptz NOT NULL,
  channel text NOT NULL
);
CREATE INDEX interactions_shopper ON interactions (shopper_id, at DESC);

-- ── insights ────────────────────────────────────────────────────────────────────────────────────────────

-- Distinct shopping days of a shopper, any channel.
CREATE TABLE shopper_activity (
  shopper_id text PRIMARY KEY,
  visits integer NOT NULL,
  first_visit_at timestamptz NOT NULL,
  last_visit_at timestamptz NOT NULL,
  -- Products bought that the catalogue did not know: they have a category once it does.
  awaiting text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE replenishment (
  shopper_id text NOT NULL,
  category text NOT NULL,
  purchases integer NOT NULL,
  first_purchased_at timestamptz NOT NULL,
  last_purchased_at timestamptz NOT NULL,
  visits_at_first integer NOT NULL,
  sum_log_gap double precision NOT NULL,
  sum_log_gap_squared double precision NOT NULL,
  PRIMARY KEY (shopper_id, category)
);

CREATE TABLE category_priors (
  category text PRIMARY KEY,
  prior jsonb NOT NULL,
  fitted_at timestamptz NOT NULL DEFAULT now()
);

-- ── offers, limits, coupons ─────────────────────────────────────────────────────────────────────────────

CREATE TABLE offers (
  offer_id uuid PRIMARY KEY,
  status text NOT NULL CHECK (status IN ('draft', 'inReview', 'scheduled', 'live', 'paused', 'ended', 'archived')),
  live_revision integer,
  latest_revision integer NOT NULL,
  version integer NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX offers_status ON offers (status);

CREATE TABLE offer_revisions (
  offer_id uuid NOT NULL REFERENCES offers ON DELETE CASCADE,
  revision integer NOT NULL,
  document jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('draft', 'inReview', 'approved', 'rejected')),
  author text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  submitted_at timestamptz,
  decided_by text,
  decided_at timestamptz,
  comment text,
  PRIMARY KEY (offer_id, revision)
);

CREATE TABLE policies (
  name text PRIMARY KEY,
  document jsonb NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- One row a shopper, locked first by whatever grants, redeems, merges or withdraws for them.
CREATE TABLE contact_state (
  shopper_id text PRIMARY KEY
);

CREATE TABLE cap_events (
  decision_id uuid PRIMARY KEY,
  shopper_id text NOT NULL,
  at timestamptz NOT NULL,
  offer_id uuid NOT NULL,
  visit_id uuid NOT NULL,
  -- As they were when the offer was made: a later change of tags does not change history.
  tags text[] NOT NULL,
  exclusion_group text,
  counts_globally boolean NOT NULL
);
CREATE INDEX cap_events_shopper ON cap_events (shopper_id, at DESC);

CREATE TABLE offer_counters (
  key text PRIMARY KEY,
  offer_id uuid NOT NULL,
  ceiling bigint NOT NULL,
  used bigint NOT NULL DEFAULT 0,
  CHECK (used >= 0)
);
CREATE INDEX offer_counters_offer ON offer_counters (offer_id);

CREATE TABLE coupons (
  code text PRIMARY KEY,
  offer_id uuid NOT NULL,
  revision integer NOT NULL,
  decision_id uuid NOT NULL UNIQUE,
  delivery_id uuid NOT NULL,
  shopper_id text NOT NULL,
  -- NULL: any store where the offer is valid.
  store_id text,
  reward jsonb NOT NULL,
  -- {productIds, categories}: what must be in the basket, and what alone the discount falls on.
  qualifies jsonb NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  withdrawn_at timestamptz
);
CREATE INDEX coupons_shopper ON coupons (shopper_id);

CREATE TABLE redemptions (
  redemption_id uuid PRIMARY KEY,
  code text NOT NULL REFERENCES coupons,
  purchase_id text NOT NULL,
  store_id text NOT NULL,
  redeemed_by text NOT NULL,
  idempotency_key text NOT NULL,
  discount bigint NOT NULL,
  currency text,
  basket jsonb NOT NULL,
  redeemed_at timestamptz NOT NULL,
  reversed_at timestamptz,
  reversal_reason text
);
CREATE UNIQUE INDEX redemptions_once ON redemptions (code) WHERE reversed_at IS NULL;

-- ── visits, decisions, deliveries ───────────────────────────────────────────────────────────────────────

CREATE TABLE visits (
  visit_id uuid PRIMARY KEY,
  shopper_id text NOT NULL,
  store_id text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  via text NOT NULL CHECK (via IN ('sighting', 'checkin'))
);
CREATE UNIQUE INDEX visits_open ON visits (shopper_id, store_id) WHERE ended_at IS NULL;
CREATE INDEX visits_shopper ON visits (shopper_id, started_at DESC);
CREATE INDEX visits_store ON visits (store_id, started_at DESC);

CREATE TABLE stays (
  visit_id uuid NOT NULL,
  zone_id text NOT NULL,
  entered_at timestamptz NOT NULL,
  left_at timestamptz,
  PRIMARY KEY (visit_id, zone_id, entered_at)
);

CREATE TABLE checkins (
  checkin_id uuid PRIMARY KEY,
  visit_id uuid NOT NULL,
  shopper_id text NOT NULL,
  store_id text NOT NULL,
  zone_id text,
  method text NOT NULL CHECK (method IN ('qr', 'nfc', 'geofence', 'manual')),
  observed_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL
);
CREATE INDEX checkins_shopper ON checkins (shopper_id, observed_at DESC);

CREATE TABLE decisions (
  decision_id uuid PRIMARY KEY,
  change_id uuid NOT NULL UNIQUE,
  shopper_id text NOT NULL,
  store_id text NOT NULL,
  visit_id uuid NOT NULL,
  zone_id text,
  on_trigger text NOT NULL,
  at timestamptz NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('offer', 'silence', 'ghost')),
  reason text,
  offer_id uuid,
  revision integer,
  delivery_id uuid,
  considered jsonb NOT NULL,
  -- Milliseconds from receipt of the sighting to the end of each stage; `received` is its age by then.
  latency jsonb NOT NULL
);
CREATE INDEX decisions_shopper ON decisions (shopper_id, at DESC);
CREATE INDEX decisions_offer ON decisions (offer_id, at DESC) WHERE offer_id IS NOT NULL;
CREATE INDEX decisions_store ON decisions (store_id, at DESC);
CREATE INDEX decisions_visit ON decisions (visit_id);

CREATE TABLE deliveries (
  delivery_id uuid PRIMARY KEY,
  decision_id uuid NOT NULL UNIQUE,
  shopper_id text NOT NULL,
  offer_id uuid NOT NULL,
  store_id text NOT NULL,
  zone_id text,
  visit_id uuid NOT NULL,
  -- The offer as the app gets it.
  offer jsonb NOT NULL,
  categories text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  emitted_at timestamptz,
  acknowledged_at timestamptz,
  closed_at timestamptz,
  closed_as text CHECK (closed_as IN ('redeemed', 'dismissed', 'withdrawn', 'expired'))
);
CREATE INDEX deliveries_wallet ON deliveries (shopper_id, created_at DESC) WHERE closed_at IS NULL;
CREATE INDEX deliveries_shopper ON deliveries (shopper_id, created_at DESC);
CREATE INDEX deliveries_offer ON deliveries (offer_id) WHERE closed_at IS NULL;

CREATE TABLE delivery_events (
  delivery_id uuid NOT NULL,
  type text NOT NULL CHECK (type IN ('received', 'displayed', 'opened', 'dismissed', 'saved', 'rated')),
  at timestamptz NOT NULL,
  rating integer CHECK (rating BETWEEN 1 AND 5),
  comment text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (delivery_id, type, at)
);

CREATE TABLE feedback (
  feedback_id uuid PRIMARY KEY,
  shopper_id text NOT NULL,
  text text NOT NULL,
  about text,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX feedback_shopper ON feedback (shopper_id, at DESC);
