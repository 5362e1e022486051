-- Looking back reads assessments by time.
CREATE INDEX assessments_by_time ON assessments (organization, created_at, id);
