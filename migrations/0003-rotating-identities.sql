-- Keys of beacons that advertise a new identifier every few minutes (Eddystone-EID). Whose a key is stands in
-- carried_beacons, under the same name: released there by whichever way, the key is gone here.
CREATE TABLE rotating_identities (
  -- 'eik:' and the first 16 bytes of an HMAC of the key, in base64url.
  name text PRIMARY KEY REFERENCES carried_beacons (beacon_id) ON DELETE CASCADE,
  -- AES-256-GCM under a key derived from AISLECUE_SECRET.
  sealed_key bytea NOT NULL,
  rotation_exponent smallint NOT NULL CHECK (rotation_exponent BETWEEN 0 AND 15),
  -- What the beacon's clock shows more than Unix time, as registered and as learnt.
  declared_offset_seconds bigint NOT NULL DEFAULT 0,
  clock_offset_seconds bigint NOT NULL DEFAULT 0,
  clock_set_at timestamptz NOT NULL DEFAULT now(),
  -- Where a beacon whose clock stood still is looked for: the store that heard it last, before that the home store.
  near_store_id text,
  -- To the hour; only of shoppers who consented to `location`.
  last_heard_at timestamptz,
  -- When what the table of identifiers is made of changed.
  changed_at timestamptz NOT NULL DEFAULT now()
);
-- A worker reads the keys of one exponent, share by share; names are compared by their bytes.
CREATE INDEX rotating_identities_share ON rotating_identities (rotation_exponent, name COLLATE "C");
CREATE INDEX rotating_identities_near ON rotating_identities (near_store_id, last_heard_at DESC NULLS LAST);
