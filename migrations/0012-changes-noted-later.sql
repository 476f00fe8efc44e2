-- A bulk import writes a shopper's purchases over many transactions. It keeps the list of whom it touched in those
-- transactions itself, and notes each of them once, at its end; in the meantime it says so by this setting, which
-- lasts as long as one transaction.
CREATE OR REPLACE FUNCTION note_changed_shoppers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('aislecue.changes', true) = 'noted at the end' THEN
    RETURN NULL;
  END IF;
  INSERT INTO shopper_changes (shopper_id) SELECT DISTINCT shopper_id FROM changed;
  RETURN NULL;
END $$;
