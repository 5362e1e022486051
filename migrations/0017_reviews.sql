-- What a human decided about a verification, or proposed to: rows are added and never changed. number counts those of a
-- verification, assessments is how many the machine had made before. The last row is an open proposal where decided is
-- false and seen is still the last decision. The note, which may say anything, is sealed.
CREATE TABLE reviews (
    id           UUID    NOT NULL,
    organization UUID    NOT NULL,
    verification UUID    NOT NULL,
    applicant    UUID    NOT NULL,
    number       BIGINT  NOT NULL,
    assessments  BIGINT  NOT NULL,
    verdict      TEXT    NOT NULL,
    grounds      TEXT    NOT NULL,
    decided      BOOLEAN NOT NULL,
    status       TEXT    NOT NULL,
    seen         UUID,
    confirms     UUID,
    credential   UUID    NOT NULL,
    sealed       BYTEA   NOT NULL,
    created_at   BIGINT  NOT NULL,
    PRIMARY KEY (organization, id),
    FOREIGN KEY (organization, applicant) REFERENCES applicants (organization, id),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX reviews_by_verification ON reviews (organization, verification, number);

-- Why the decision that counts is what it is, to look for: those of the latest assessment alone.
CREATE TABLE assessment_reasons (
    organization UUID NOT NULL,
    verification UUID NOT NULL,
    code         TEXT NOT NULL,
    PRIMARY KEY (organization, verification, code),
    FOREIGN KEY (organization, verification) REFERENCES verifications (organization, id)
);
CREATE INDEX assessment_reasons_by_code ON assessment_reasons (organization, code, verification);
