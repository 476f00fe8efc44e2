-- What gateways' vendors agree on with us: Meraki's validator and shared secret, Ruuvi's HMAC key.

CREATE TABLE gateway_secrets (
  -- With its store, so that a gateway's name given to another store brings no secret along.
  store_id text NOT NULL,
  gateway_id text NOT NULL,
  -- Sealed with a key from AISLECUE_SECRET: they are compared with what comes in, so a hash would not do.
  sealed bytea NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (store_id, gateway_id)
);
