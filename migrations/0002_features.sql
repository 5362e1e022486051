-- What is searched for across the people of one organization: fingerprints of documents, face templates,
-- signatures of liveness captures. Sealed under the applicant's key; the rows go when the applicant is
-- anonymized, and without the key their copies are noise.
CREATE TABLE features (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    verification UUID,
    kind         TEXT   NOT NULL,
    sealed       BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX features_by_time ON features (organization, kind, created_at, id);
CREATE INDEX features_by_applicant ON features (organization, applicant);

-- Fingerprints of documents that were published as specimens: of nobody, so they belong to no organization.
CREATE TABLE specimens (
    id             UUID   NOT NULL PRIMARY KEY,
    name           TEXT   NOT NULL,
    picture_sha256 BYTEA  NOT NULL UNIQUE,
    fingerprint    BYTEA  NOT NULL,
    created_at     BIGINT NOT NULL
);
