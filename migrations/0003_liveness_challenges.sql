-- The movements that were asked for in a liveness capture, as JSON; NULL when none were.
ALTER TABLE liveness_sessions ADD COLUMN challenge TEXT;
