-- Lists of an organization that has a million verifications. What a list is filtered and ordered by stands in the index, so
-- that no row is read but those of the page: rows are large. Each begins with what its list is looked up by.
CREATE INDEX verifications_listed ON verifications
    (organization, kind, created_at, id, updated_at, status, purpose) WHERE deleted_at IS NULL;
CREATE INDEX verifications_listed_by_change ON verifications
    (organization, kind, updated_at, id, created_at, status, purpose) WHERE deleted_at IS NULL;
CREATE INDEX verifications_listed_by_status ON verifications
    (organization, kind, status, purpose, created_at, id, updated_at) WHERE deleted_at IS NULL;
CREATE INDEX verifications_listed_of_client ON verifications
    (organization, client, created_at, id, updated_at, kind, status, purpose, matter)
    WHERE deleted_at IS NULL AND client IS NOT NULL;
CREATE INDEX verifications_listed_of_matter ON verifications
    (organization, matter, created_at, id, updated_at, kind, status, purpose)
    WHERE deleted_at IS NULL AND matter IS NOT NULL;
CREATE INDEX verifications_listed_of_user ON verifications
    (organization, user_id, created_at, id, updated_at, kind, status, purpose)
    WHERE deleted_at IS NULL AND user_id <> '';

-- How many verifications there are that were not deleted: of all time (slot 0), by days since 1970 and by spans of 32 days,
-- of their creation and of their last change. Triggers keep it, in the transaction that changes a row, so it is always exact:
-- see sqlite/listing.sql and postgres/listing.sql.
CREATE TABLE verification_counts (
    organization UUID   NOT NULL,
    kind         TEXT   NOT NULL,
    unit         TEXT   NOT NULL CHECK (unit IN ('all', 'created_span', 'created_day', 'updated_span', 'updated_day')),
    slot         BIGINT NOT NULL,
    purpose      TEXT   NOT NULL,
    status       TEXT   NOT NULL,
    n            BIGINT NOT NULL,
    PRIMARY KEY (organization, kind, unit, slot, purpose, status)
);
INSERT INTO verification_counts
    SELECT organization, kind, 'all', 0, purpose, status, COUNT(*)
    FROM verifications WHERE deleted_at IS NULL GROUP BY organization, kind, purpose, status;
INSERT INTO verification_counts
    SELECT organization, kind, 'created_span', created_at / 2764800000, purpose, status, COUNT(*)
    FROM verifications WHERE deleted_at IS NULL
    GROUP BY organization, kind, created_at / 2764800000, purpose, status;
INSERT INTO verification_counts
    SELECT organization, kind, 'created_day', created_at / 86400000, purpose, status, COUNT(*)
    FROM verifications WHERE deleted_at IS NULL
    GROUP BY organization, kind, created_at / 86400000, purpose, status;
INSERT INTO verification_counts
    SELECT organization, kind, 'updated_span', updated_at / 2764800000, purpose, status, COUNT(*)
    FROM verifications WHERE deleted_at IS NULL
    GROUP BY organization, kind, updated_at / 2764800000, purpose, status;
INSERT INTO verification_counts
    SELECT organization, kind, 'updated_day', updated_at / 86400000, purpose, status, COUNT(*)
    FROM verifications WHERE deleted_at IS NULL
    GROUP BY organization, kind, updated_at / 86400000, purpose, status;

-- By what a verification is found: keyed hashes (under the organization's own key) of the beginnings of its person's names and
-- e-mail addresses, eight bytes each. The table search_terms has one row for each of them, so that it can be searched; this
-- one knows which to remove when the person is forgotten.
CREATE TABLE searchable (
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    created_at   BIGINT NOT NULL,
    terms        BYTEA  NOT NULL,
    PRIMARY KEY (organization, verification),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX searchable_by_applicant ON searchable (organization, applicant);
