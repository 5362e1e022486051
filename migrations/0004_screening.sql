-- Each search of a person in the lists: what was asked, against which versions, what came of it. Sealed under the
-- applicant's key; the rows go when the applicant is anonymized.
CREATE TABLE screenings (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    verification UUID   NOT NULL,
    sealed       BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX screenings_by_time ON screenings (organization, created_at, id);
CREATE INDEX screenings_by_verification ON screenings (organization, verification, created_at, id);
CREATE INDEX screenings_by_applicant ON screenings (organization, applicant);

-- A reviewer's word that an entry of a list is not this person. Which entry it is, and why, is sealed: it would say
-- who the person may be.
CREATE TABLE dismissals (
    id           UUID   NOT NULL,
    organization UUID   NOT NULL,
    applicant    UUID   NOT NULL,
    verification UUID   NOT NULL,
    actor        TEXT   NOT NULL,
    sealed       BYTEA  NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX dismissals_by_applicant ON dismissals (organization, applicant, expires_at);
