-- A frequent term has one row a day in the table search_days (see sqlite/listing.sql and postgres/listing.sql), into which its
-- rows of search_terms are put together later on: whether that was looked at for all terms of a verification.
ALTER TABLE searchable ADD COLUMN folded BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX searchable_unfolded ON searchable (organization, created_at, verification) WHERE NOT folded;

-- By which rules the terms of a verification were made out: what was by older ones is done again.
ALTER TABLE searchable ADD COLUMN rules BIGINT NOT NULL DEFAULT 0;
CREATE INDEX searchable_by_rules ON searchable (organization, rules);
-- Those of which no terms were kept so far.
INSERT INTO searchable (organization, verification, applicant, created_at, terms)
    SELECT v.organization, v.id, v.applicant, v.created_at, SUBSTR(v.sealed, 1, 0)
    FROM verifications v JOIN applicants a ON a.organization = v.organization AND a.id = v.applicant
    WHERE v.deleted_at IS NULL AND a.anonymized_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM searchable s WHERE s.organization = v.organization AND s.verification = v.id);
