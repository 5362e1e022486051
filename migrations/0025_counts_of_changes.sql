-- What these two were for is found by a condition that only lists of everything ask for: for other lists they would be taken
-- where a better index is.
DROP INDEX verifications_by_time;
DROP INDEX verifications_by_status;
CREATE INDEX verifications_by_time ON verifications (organization, created_at, id)
    WHERE deleted_at IS NULL AND version > 0;
CREATE INDEX verifications_by_status ON verifications (organization, status, created_at, id)
    WHERE deleted_at IS NULL AND version > 0;

-- As before, and by spans of the creation and of the last change at once (the one times 100,000 and the other): when those
-- that were created in some time changed last.
DROP TABLE verification_counts;
CREATE TABLE verification_counts (
    organization UUID   NOT NULL,
    kind         TEXT   NOT NULL,
    unit         TEXT   NOT NULL CHECK (unit IN
        ('all', 'created_span', 'created_day', 'updated_span', 'updated_day', 'created_updated')),
    slot         BIGINT NOT NULL,
    purpose      TEXT   NOT NULL,
    status       TEXT   NOT NULL,
    n            BIGINT NOT NULL,
    PRIMARY KEY (organization, kind, unit, slot, purpose, status)
);
INSERT INTO verification_counts
    SELECT organization, kind, 'all', 0, purpose, status, COUNT(*)
    FROM verifications WHERE deleted_at IS NULL
    GROUP BY organization, kind, purpose, status;
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
INSERT INTO verification_counts
    SELECT organization, kind, 'created_updated', created_at / 2764800000 * 100000 + updated_at / 2764800000, purpose, status, COUNT(*)
    FROM verifications WHERE deleted_at IS NULL
    GROUP BY organization, kind, created_at / 2764800000 * 100000 + updated_at / 2764800000, purpose, status;
