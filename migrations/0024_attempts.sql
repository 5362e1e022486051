-- The tries of a person at a verification that was made through an API which counts them: one row each, numbered from 1. The
-- last one is the one that goes on. outcome is the verification's status that ended it, reasons why it was that one. sealed is
-- what the caller said of it and what is known of the device, under the person's key.
CREATE TABLE attempts (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    verification UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    number       BIGINT NOT NULL,
    status       TEXT   NOT NULL,
    outcome      TEXT,
    reasons      JSONB  NOT NULL,
    sealed       BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    UNIQUE (organization, verification, number),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX attempts_by_applicant ON attempts (organization, applicant);
