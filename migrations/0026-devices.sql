-- Tokens of devices that have long not registered are forgotten, from the oldest on.
CREATE INDEX devices_token_age ON devices (updated_at) WHERE push_token IS NOT NULL;
