-- What a shopper's purchases and other doings say about their ways, and who belongs to which segment.

-- One row a shopper who consents to profiling: the values of one shopper are always read together.
CREATE TABLE shopper_traits (
  shopper_id text PRIMARY KEY,
  traits jsonb NOT NULL,
  computed_at timestamptz NOT NULL
);

-- Shoppers about whom something has changed, until traits and segments say so too. Rows are only added and taken, so
-- that writers never wait for each other; several of one shopper are worked off as one. One that could not be worked
-- in is left alone for a while.
CREATE TABLE shopper_changes (
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  shopper_id text NOT NULL,
  not_before timestamptz NOT NULL DEFAULT '-infinity'
);

-- Written by triggers, in the transaction of the change: whoever writes these tables, in whatever room and however
-- many rows at a time, nothing that a segment may ask about goes unnoticed.
CREATE FUNCTION note_changed_shoppers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO shopper_changes (shopper_id) SELECT DISTINCT shopper_id FROM changed;
  RETURN NULL;
END $$;

DO $$
DECLARE
  watched text;
BEGIN
  FOREACH watched IN ARRAY ARRAY['shoppers', 'consents', 'purchases', 'interactions', 'shopper_activity'] LOOP
    EXECUTE format('CREATE TRIGGER %1$s_added AFTER INSERT ON %1$s REFERENCING NEW TABLE AS changed
                    FOR EACH STATEMENT EXECUTE FUNCTION note_changed_shoppers()', watched);
    EXECUTE format('CREATE TRIGGER %1$s_altered AFTER UPDATE ON %1$s REFERENCING NEW TABLE AS changed
                    FOR EACH STATEMENT EXECUTE FUNCTION note_changed_shoppers()', watched);
    EXECUTE format('CREATE TRIGGER %1$s_removed AFTER DELETE ON %1$s REFERENCING OLD TABLE AS changed
                    FOR EACH STATEMENT EXECUTE FUNCTION note_changed_shoppers()', watched);
  END LOOP;
END $$;

CREATE FUNCTION note_opened_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO shopper_changes (shopper_id) SELECT shopper_id FROM deliveries WHERE delivery_id = NEW.delivery_id;
  RETURN NULL;
END $$;
CREATE TRIGGER delivery_opened AFTER INSERT ON delivery_events
  FOR EACH ROW WHEN (NEW.type = 'opened') EXECUTE FUNCTION note_opened_delivery();

-- Who is there already has traits to be made.
INSERT INTO shopper_changes (shopper_id)
  SELECT shopper_id FROM consents WHERE purpose = 'profiling' AND granted;

CREATE TABLE segments (
  segment_id text PRIMARY KEY,
  document jsonb NOT NULL,
  version integer NOT NULL,
  -- 'filling' until a first pass over all shoppers has judged them by the present rule.
  state text NOT NULL DEFAULT 'filling' CHECK (state IN ('filling', 'ready')),
  members integer NOT NULL DEFAULT 0,
  -- The pass under way: up to which shopper it has come ('' at its start; NULL when there is none), since when.
  pass_at text DEFAULT '',
  pass_started_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE segment_members (
  segment_id text NOT NULL REFERENCES segments ON DELETE CASCADE,
  shopper_id text NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (segment_id, shopper_id)
);
CREATE INDEX segment_members_shopper ON segment_members (shopper_id, segment_id);

-- Who came and went; kept for a while only, and not of those who withdraw the consent to profiling.
CREATE TABLE segment_moves (
  segment_id text NOT NULL REFERENCES segments ON DELETE CASCADE,
  shopper_id text NOT NULL,
  at timestamptz NOT NULL,
  entered boolean NOT NULL
);
CREATE INDEX segment_moves_segment ON segment_moves (segment_id, at);
CREATE INDEX segment_moves_shopper ON segment_moves (shopper_id);

-- How many came, went and were there at the end of each UTC day on which anybody moved.
CREATE TABLE segment_days (
  segment_id text NOT NULL REFERENCES segments ON DELETE CASCADE,
  day date NOT NULL,
  entered integer NOT NULL,
  departed integer NOT NULL,
  members integer NOT NULL,
  PRIMARY KEY (segment_id, day)
);
