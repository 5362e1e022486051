-- The key of the key ring under which a line of the audit log is authenticated; none for lines that are older than that.
ALTER TABLE audit_log ADD COLUMN key_id TEXT;
