-- What third parties are let see of an approved verification: one row each, in the order in which they were named. source is
-- the verification that is shown: the approved one itself, or the earlier one that it passes on. sealed is who the third party
-- is and what they see, under the person's key; code_sha256 is of the code of the last link, null until one was made.
CREATE TABLE shares (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    source       UUID   NOT NULL,
    ordinal      BIGINT NOT NULL,
    code_sha256  BYTEA  UNIQUE,
    sealed       BYTEA  NOT NULL,
    views        BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    viewed_at    BIGINT,
    revoked_at   BIGINT,
    PRIMARY KEY (organization, id),
    UNIQUE (organization, verification, ordinal),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id),
    FOREIGN KEY (organization, source) REFERENCES verifications (organization, id)
);
CREATE INDEX shares_by_applicant ON shares (organization, applicant);
