-- The shop floor: who serves which visit, what associates wrote down of shoppers, and whose client somebody is.

-- One associate a visit. Without the visit it says nothing, and goes with it.
CREATE TABLE visit_claims (
  visit_id uuid PRIMARY KEY,
  staff_id uuid NOT NULL,
  claimed_at timestamptz NOT NULL
);

CREATE TABLE shopper_notes (
  note_id uuid PRIMARY KEY,
  shopper_id text NOT NULL,
  store_id text NOT NULL,
  staff_id uuid NOT NULL,
  text text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX shopper_notes_shopper ON shopper_notes (shopper_id, at DESC, note_id DESC);
CREATE INDEX shopper_notes_age ON shopper_notes (at);

-- The retailer names an associate by staffId or e-mail address, in whatever case.
CREATE INDEX shoppers_associate ON shoppers (lower(assigned_associate)) WHERE assigned_associate IS NOT NULL;
