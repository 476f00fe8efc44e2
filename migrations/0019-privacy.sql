-- Erasure, what stays of it, and what may only be added to.
-- On a large database in use, make the indexes by hand beforehand with CONCURRENTLY.

-- Who was erased: an HMAC of each of their ids under a key from AISLECUE_SECRET, and nothing else of them. Without the
-- secret nobody can tell whose it is; with it, what still comes in their name is refused.
CREATE TABLE erased_shoppers (
  tombstone text PRIMARY KEY,
  erasure_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX erased_shoppers_erasure ON erased_shoppers (erasure_id);

CREATE TABLE erasures (
  erasure_id uuid PRIMARY KEY,
  -- Ids and beacons of whom it is about, sealed; thrown away with the last step.
  person bytea,
  -- Who asked: kind and id; of a shopper only the kind.
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  -- What is done, by step, and how many rows that were.
  steps jsonb NOT NULL DEFAULT '{}',
  passes integer NOT NULL DEFAULT 0,
  finished_at timestamptz
);
CREATE INDEX erasures_open ON erasures (requested_at) WHERE finished_at IS NULL;

-- Ledgers that are only added to. A merge may say whose an entry is from now on, an erasure takes the person out of
-- it: both say so in their transaction, and neither may take an entry away.
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('aislecue.rewrites', true) IN ('merge', 'erasure') THEN RETURN NULL; END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER consent_history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_history
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
DROP TRIGGER audit_log_append_only ON audit_log;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

CREATE INDEX audit_log_shoppers ON audit_log (actor) WHERE actor LIKE 'shopper:%';

-- Retention works from the oldest on, some rows at a time.
CREATE INDEX decisions_silence_age ON decisions (at) WHERE outcome = 'silence';
CREATE INDEX decisions_made_age ON decisions (at) WHERE outcome <> 'silence';
CREATE INDEX checkins_visit ON checkins (visit_id);
CREATE INDEX deliveries_age ON deliveries (created_at);
CREATE INDEX cap_events_age ON cap_events (at);
CREATE INDEX coupons_age ON coupons (expires_at);
CREATE INDEX redemptions_code ON redemptions (code);
CREATE INDEX feedback_age ON feedback (at);
