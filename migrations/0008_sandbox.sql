-- A sandbox is an organization of its own, for test keys: its outcomes may be steered, and its clock set forward.
ALTER TABLE organizations ADD COLUMN sandbox BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE organizations ADD COLUMN clock_ahead_ms BIGINT NOT NULL DEFAULT 0;
