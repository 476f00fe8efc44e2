-- What was revoked, for a day: a process that missed the hint reads it here, and a shopper's tokens of before are refused.
CREATE TABLE revocations (
  revocation_id uuid PRIMARY KEY,
  -- A principal's name, such as shopper:ann.
  principal text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX revocations_at ON revocations (at);
CREATE INDEX revocations_principal ON revocations (principal, at);

-- Who did something, and what was done, as GET /v1/audit asks.
CREATE INDEX audit_log_actor ON audit_log (actor, audit_id);
CREATE INDEX audit_log_action ON audit_log (action, audit_id);

-- TRUNCATE passes by triggers on rows and on statements of UPDATE and DELETE.
CREATE TRIGGER audit_log_not_truncated BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
