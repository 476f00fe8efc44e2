-- Webhooks: what happens is told to the retailer's systems. Events are written by triggers, in the transaction of what
-- they tell of, and by reference only: what is sent is read when it is sent.

CREATE TABLE webhooks (
  webhook_id uuid PRIMARY KEY,
  url text NOT NULL,
  events text[] NOT NULL,
  -- Sealed with a key from AISLECUE_SECRET.
  secret bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  -- The receiver said 410: it wants no more.
  disabled_at timestamptz
);

CREATE TABLE webhook_deliveries (
  webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
  -- The same for every receiver, and for the same event told twice.
  event_id uuid NOT NULL,
  type text NOT NULL,
  -- What it is about: a decision, delivery, redemption or visit.
  about uuid NOT NULL,
  occurred_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  -- How the last attempt ended: a status, or a code of ours.
  answer text,
  delivered_at timestamptz,
  dead_at timestamptz,
  PRIMARY KEY (webhook_id, event_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at)
  WHERE delivered_at IS NULL AND dead_at IS NULL;
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (webhook_id, dead_at) WHERE dead_at IS NOT NULL;
CREATE INDEX webhook_deliveries_about ON webhook_deliveries (about);
CREATE INDEX webhook_deliveries_delivered ON webhook_deliveries (delivered_at) WHERE delivered_at IS NOT NULL;

CREATE FUNCTION tell_webhooks(happened text, things uuid[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO webhook_deliveries (webhook_id, event_id, type, about)
  SELECT webhook_id, md5(happened || ' ' || thing)::uuid, happened, thing
  FROM webhooks, unnest(things) AS thing
  WHERE disabled_at IS NULL AND happened = ANY(events)
  ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION tell_of_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_webhooks('decision.made', (SELECT array_agg(decision_id) FROM added));
  RETURN NULL;
END $$;
CREATE TRIGGER decisions_told AFTER INSERT ON decisions REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION tell_of_decisions();

CREATE FUNCTION tell_of_visits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_webhooks('visit.started', (SELECT array_agg(visit_id) FROM added));
  PERFORM tell_webhooks('visit.ended', (SELECT array_agg(visit_id) FROM added WHERE ended_at IS NOT NULL));
  RETURN NULL;
END $$;
CREATE TRIGGER visits_told AFTER INSERT ON visits REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION tell_of_visits();

CREATE FUNCTION tell_of_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_webhooks(TG_ARGV[0], ARRAY[(to_jsonb(NEW) ->> TG_ARGV[1])::uuid]);
  RETURN NULL;
END $$;
CREATE TRIGGER visit_end_told AFTER UPDATE ON visits FOR EACH ROW
  WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION tell_of_one('visit.ended', 'visit_id');
CREATE TRIGGER delivery_told AFTER UPDATE ON deliveries FOR EACH ROW
  WHEN (OLD.acknowledged_at IS NULL AND NEW.acknowledged_at IS NOT NULL)
  EXECUTE FUNCTION tell_of_one('offer.delivered', 'delivery_id');
CREATE TRIGGER opening_told AFTER INSERT ON delivery_events FOR EACH ROW
  WHEN (NEW.type = 'opened') EXECUTE FUNCTION tell_of_one('offer.opened', 'delivery_id');
CREATE TRIGGER redemption_told AFTER INSERT ON redemptions FOR EACH ROW
  EXECUTE FUNCTION tell_of_one('coupon.redeemed', 'redemption_id');
