-- What was searched in the lists for the clients of AML verifications, beside the table screenings. applicant: the client
-- under whose key it is sealed.
CREATE TABLE aml_screenings (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    verification UUID   NOT NULL,
    sealed       BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES aml_verifications (organization, id)
);
CREATE INDEX aml_screenings_by_time ON aml_screenings (organization, created_at, id);
CREATE INDEX aml_screenings_by_verification ON aml_screenings (organization, verification, created_at, id);
CREATE INDEX aml_screenings_by_applicant ON aml_screenings (organization, applicant);

-- Which installation this is, for what lies outside the database, and the last time that somebody tried to write.
CREATE TABLE installation (
    number   BIGINT NOT NULL PRIMARY KEY,
    id       UUID,
    tried_at BIGINT NOT NULL
);

-- Workers that died during the last attempt, and what is over.
CREATE INDEX jobs_to_bury ON jobs (lease_until) WHERE done_at IS NULL AND failed_at IS NULL AND attempts >= max_attempts;
CREATE INDEX jobs_done ON jobs (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX jobs_dead ON jobs (failed_at) WHERE failed_at IS NOT NULL;

-- Whose pictures they are, when somebody is erased; and what lists of messages and events are ordered by.
CREATE INDEX evidence_by_applicant ON evidence (organization, applicant);
CREATE INDEX deliveries_by_time ON deliveries (organization, created_at, event, endpoint);
CREATE INDEX events_by_time ON events (organization, at, position);
